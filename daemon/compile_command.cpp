#include <filesystem>
#include <iterator>
#include <ostream>
#include <sstream>

#include "compiler/address_owner.h"
#include "compiler/compile.h"
#include "compiler/print.h"
#include "daemon/commands.h"
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

Result<Manifests> read_all(const Options& options, std::istream& in) {
  std::vector<ManifestFile> files;
  for (const std::string& name : options.files) {
    const auto done = read(name, in, files);
    if (!done) return tl::unexpected(done.error());
  }
  return merge(files);
}

}  // namespace

Result<ExitCode> compile_manifests(const Options& options, const Console& console) {
  const auto manifests = read_all(options, console.in);
  if (!manifests) return tl::unexpected(manifests.error());
  ClusterState cluster;
  for (const Event& event : manifests->events) cluster.apply(event);
  for (const auto& [key, line] : problem_lines(manifests->problems, address_conflicts(cluster))) {
    console.err << "portcullis: " << line << "\n";
  }
  const Ruleset ruleset = compile(cluster, options.node_name);
  console.out << (options.format == Format::kNft ? print_nft(ruleset) : print_json(ruleset));
  return ExitCode::kOk;
}

}  // namespace portcullis
