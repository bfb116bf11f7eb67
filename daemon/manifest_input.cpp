#include "daemon/manifest_input.h"

#include <filesystem>
#include <istream>
#include <iterator>
#include <ostream>

#include "compiler/address_owner.h"
#include "daemon/problem_log.h"
#include "daemon/source/manifests.h"

namespace portcullis {
namespace {

Result<void> append(std::vector<ManifestFile>& files, Result<ManifestFile> file) {
  return std::move(file).map([&](ManifestFile read) { files.push_back(std::move(read)); });
}

Result<void> read_directory(const std::filesystem::path& directory,
                            std::vector<ManifestFile>& files) {
  const auto paths = list_manifests(directory);
  if (!paths) return tl::unexpected(paths.error());
  for (const auto& path : *paths) {
    auto done = append(files, read_manifest(path));
    if (!done) return done;
  }
  return {};
}

Result<void> read(const std::string& name, std::istream& in, std::vector<ManifestFile>& files) {
  if (name == "-") {
    const std::string text(std::istreambuf_iterator<char>(in), {});
    return append(files, parse_manifest("stdin", text));
  }
  std::error_code not_there;
  if (std::filesystem::is_directory(name, not_there)) return read_directory(name, files);
  return append(files, read_manifest(name));
}

}  // namespace

Result<ClusterState> read_cluster(const std::vector<std::string>& names, std::istream& in,
                                  std::ostream& remarks) {
  std::vector<ManifestFile> files;
  for (const std::string& name : names) {
    const auto done = read(name, in, files);
    if (!done) return tl::unexpected(done.error());
  }
  const Manifests manifests = merge(files);
  ClusterState cluster;
  for (const Event& event : manifests.events) cluster.apply(event);
  for (const auto& [key, line] : problem_lines(manifests.problems, address_conflicts(cluster))) {
    remarks << "portcullis: " << line << "\n";
  }
  for (const auto& [key, line] : problem_lines(manifests.not_enforced, {})) {
    remarks << "portcullis: " << line << "\n";
  }
  return cluster;
}

}  // namespace portcullis
