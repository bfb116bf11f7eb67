#include "daemon/source/open_source.h"

#include <unistd.h>

#include <sstream>
#include <utility>

#include "compiler/base/content_hash.h"
#include "daemon/source/api_source.h"
#include "k8s-client/access/in_cluster.h"
#include "k8s-client/access/kubeconfig.h"

namespace portcullis {
namespace {

std::vector<std::filesystem::path> split(const std::string& files) {
  std::vector<std::filesystem::path> paths;
  std::istringstream rest(files);
  for (std::string path; std::getline(rest, path, ':');) {
    if (!path.empty()) paths.emplace_back(path);
  }
  return paths;
}

}  // namespace

std::chrono::milliseconds start_delay(const std::string& node_name, std::chrono::seconds spread) {
  constexpr unsigned kBits = 32;  // of the name's hash, which has 4 in each digit
  const std::int64_t hash = std::stoll(content_hash(node_name).substr(0, kBits / 4), nullptr, 16);
  return std::chrono::milliseconds((hash * std::chrono::milliseconds(spread).count()) >> kBits);
}

k8s::Environment own_environment() {
  k8s::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != text.npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Result<k8s::ClusterAccess> cluster_access(const Options& options,
                                          const k8s::Environment& environment) {
  const auto variable = environment.find("KUBECONFIG");
  auto files = options.kubeconfig;
  if (files.empty() && variable != environment.end()) files = variable->second;
  if (!files.empty()) return k8s::read_kubeconfig(split(files), options.context);
  return k8s::in_cluster_access(environment);
}

Result<std::unique_ptr<Source>> open_source(boost::asio::io_context& io, const Options& options,
                                            Source::Sink sink, DirectorySettings directory) {
  if (!options.manifests.empty()) {
    directory.allow_empty = options.allow_empty;
    return std::make_unique<DirectorySource>(io, options.manifests, std::move(sink),
                                             std::move(directory));
  }
  const auto environment = own_environment();
  const k8s::ReflectorTiming timing{.start_delay =
                                        start_delay(options.node_name, options.start_spread)};
  return cluster_access(options, environment).map([&](k8s::ClusterAccess access) {
    return std::make_unique<ApiSource>(io, std::move(access), environment, timing, std::move(sink));
  });
}

}  // namespace portcullis
