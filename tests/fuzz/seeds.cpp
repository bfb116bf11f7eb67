#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "compiler/ruleset/diff.h"
#include "daemon/boot/boot_snapshot.h"
#include "daemon/files/manifests.h"
#include "daemon/netlink/table/encode_batch.h"
#include "tests/support/oracle/compile.h"

// fuzz_seeds GOLDENS DIRECTORY: writes the seeds of the fuzz targets of binary formats, made from
// the goldens' manifests: DIRECTORY/netlink and DIRECTORY/boot_snapshot.
namespace {

using namespace portcullis;

constexpr const char* kNode = "node-1";

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool write_seeds(const std::filesystem::path& manifest, const std::filesystem::path& directory) {
  const auto file = parse_manifest(manifest.filename().string(), read(manifest));
  if (!file) return true;
  ClusterState cluster;
  for (const auto& event : merge({*file}).objects) cluster.apply(event);
  const auto ruleset = test::compile(cluster, kNode);
  const auto name = manifest.stem().string();
  const auto batch = nl::encode(diff({}, ruleset), 0);
  if (!batch) return false;
  const auto bytes = batch->bytes();
  std::ofstream(directory / "netlink" / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const auto saved = save_boot_snapshot(directory / "boot_snapshot" / name, ruleset, kNode);
  return saved || saved.error().code == ErrorCode::kConflict;  // it enforces nothing
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::filesystem::path directory = arguments[2];
  for (const auto* kind : {"netlink", "boot_snapshot"}) {
    std::filesystem::create_directories(directory / kind);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[1])) {
    if (entry.path().extension() != ".yaml") continue;
    if (write_seeds(entry.path(), directory)) continue;
    std::cerr << entry.path() << " makes no seed\n";
    return 1;
  }
  return 0;
}
