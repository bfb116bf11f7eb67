#include "tests/support/kube/command_lines.h"

namespace portcullis::test {
namespace {

std::string local_url(int port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

std::vector<std::string> command_line_of_etcd(const KubeAssets& assets,
                                              const std::filesystem::path& directory) {
  const std::string clients = local_url(kEtcdPort);
  const std::string peers = local_url(kEtcdPort + 1);
  return {
      assets.etcd,
      "--data-dir=" + (directory / "etcd").string(),
      "--listen-client-urls=" + clients,
      "--advertise-client-urls=" + clients,
      "--listen-peer-urls=" + peers,
      "--initial-advertise-peer-urls=" + peers,
      "--initial-cluster=default=" + peers,
      // A killed process loses nothing that it has written: only a machine failure does.
      "--unsafe-no-fsync",
  };
}

std::vector<std::string> command_line_of_api_server(const KubeAssets& assets,
                                                    const std::filesystem::path& directory,
                                                    std::uint16_t port) {
  const auto file = [&](const char* name) { return (directory / name).string(); };
  return {
      assets.kube_apiserver,
      "--etcd-servers=" + local_url(kEtcdPort),
      "--secure-port=" + std::to_string(port),
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--cert-dir=" + directory.string(),
      "--tls-cert-file=" + file("server.crt"),
      "--tls-private-key-file=" + file("server.key"),
      "--client-ca-file=" + file("ca.crt"),
      "--token-auth-file=" + file("tokens.csv"),
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-account-signing-key-file=" + file("server.key"),
      "--service-account-key-file=" + file("server.crt"),
  };
}

}  // namespace portcullis::test
