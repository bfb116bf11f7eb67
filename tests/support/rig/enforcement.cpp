#include "tests/support/rig/enforcement.h"

#include <optional>

#include "compiler/compile.h"
#include "compiler/diff.h"
#include "compiler/steps.h"
#include "daemon/source/manifests.h"

namespace portcullis::test {
namespace {

Result<Manifests> read(const std::vector<std::string>& texts) {
  std::vector<ManifestFile> files;
  for (const auto& text : texts) {
    const std::string name = "manifest " + std::to_string(files.size());
    auto file = parse_manifest(name, text);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return merge(files);
}

Result<void> enforce(nl::Kernel& kernel, const Ruleset& desired) {
  const auto held = kernel.dump();
  if (!held) return tl::unexpected(held.error());
  return kernel.commit(steps(diff(held->ruleset, desired)));
}

}  // namespace

Result<Enforcement> Enforcement::start(const Playground& playground) {
  Enforcement enforcement;
  for (const auto& endpoint : playground.endpoints()) {
    if (!endpoint.is_node()) continue;
    std::optional<Result<nl::Kernel>> kernel;
    endpoint.netns.run([&] { kernel = nl::Kernel::open(); });
    if (!*kernel) return tl::unexpected(kernel->error());
    enforcement.nodes_.push_back({endpoint.name, std::move(**kernel)});
  }
  return enforcement;
}

Result<std::vector<std::string>> Enforcement::apply(const std::vector<std::string>& manifests) {
  const auto read_manifests = read(manifests);
  if (!read_manifests) return tl::unexpected(read_manifests.error());
  cluster_ = {};
  for (const auto& event : read_manifests->events) cluster_.apply(event);
  for (auto& node : nodes_) {
    const auto enforced = enforce(node.kernel, compile(cluster_, node.name));
    if (!enforced)
      return failure(enforced.error().code, node.name + ": " + enforced.error().message);
  }
  std::vector<std::string> problems;
  for (const auto& problem : read_manifests->problems) problems.push_back(to_string(problem));
  return problems;
}

}  // namespace portcullis::test
