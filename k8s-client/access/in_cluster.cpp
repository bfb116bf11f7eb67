#include "k8s-client/access/in_cluster.h"

#include "k8s-client/access/text_file.h"

namespace portcullis::k8s {
namespace {

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

tl::unexpected<Error> no_access(const std::string& reason) {
  return failure(ErrorCode::kNotFound,
                 "cannot reach the API server as a pod: " + reason +
                     "; outside of a cluster, give --kubeconfig FILE or --manifests DIR");
}

}  // namespace

Result<ClusterAccess> in_cluster_access(const Environment& environment,
                                        const std::filesystem::path& directory) {
  const auto host = variable(environment, "KUBERNETES_SERVICE_HOST");
  const auto port = variable(environment, "KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return no_access("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  ClusterAccess access;
  access.server = "https://" + (ipv6 ? '[' + host + ']' : host) + ':' + port;
  access.token.file = directory / "token";
  access.ca.file = directory / "ca.crt";
  access.origin = "the service account in " + directory.string();
  for (const auto& [secret, what] :
       {std::pair(access.token, "its token"), std::pair(access.ca, "the certificate authority")}) {
    if (const auto text = read_secret(secret, what); !text) {
      return no_access(text.error().message + " (is automountServiceAccountToken false?)");
    }
  }
  return access;
}

}  // namespace portcullis::k8s
