#include "tests/golden/golden_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "compiler/cluster/cluster_state.h"
#include "daemon/files/manifests.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

const std::filesystem::path kFolder = PORTCULLIS_GOLDEN_FOLDER;

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string node_of(const std::string& text) {
  constexpr std::string_view kMark = "# node: ";
  if (!text.starts_with(kMark)) return "n1";
  return text.substr(kMark.size(), text.find('\n') - kMark.size());
}

}  // namespace

std::filesystem::path Golden::file(const char* extension) const {
  return kFolder / (name + extension);
}

std::vector<Golden> all_goldens() {
  std::vector<Golden> goldens;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") goldens.push_back({entry.path().stem()});
  }
  std::sort(goldens.begin(), goldens.end(),
            [](const Golden& a, const Golden& b) { return a.name < b.name; });
  return goldens;
}

Ruleset compile(const Golden& golden) {
  const std::string text = read_text(golden.file(".yaml"));
  const auto file = parse_manifest(golden.name + ".yaml", text);
  if (!file) {
    ADD_FAILURE() << file.error().message;
    return {};
  }
  for (const Problem& problem : file->problems) ADD_FAILURE() << to_string(problem);
  const Manifests manifests = merge({*file});
  for (const Problem& problem : manifests.problems) ADD_FAILURE() << to_string(problem);
  ClusterState cluster;
  for (const Event& event : manifests.objects) cluster.apply(event);
  return compile(cluster, node_of(text));
}

void expect_golden(const std::filesystem::path& file, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << text;
  EXPECT_EQ(read_text(file), text) << "UPDATE_GOLDEN=1 rewrites " << file.filename();
}

}  // namespace portcullis::test
