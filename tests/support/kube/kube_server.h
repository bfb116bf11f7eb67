#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/kube/api_client.h"
#include "tests/support/kube/assets.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/tls/certificate_authority.h"

namespace portcullis::test {

// Flags of kube-apiserver without controllers: nobody creates the secret that each service account
// needs for its pods.
inline const std::vector<std::string> kWithoutControllers = {
    "--disable-admission-plugins=ServiceAccount"};

// A real API server in a network namespace, with TLS and RBAC, and without controllers, scheduler
// or kubelets unless a test adds them: a test sets the status of pods, deletes them immediately
// with gracePeriodSeconds=0, and namespaces never finish terminating.
//
//     kubectl, ApiClient (admin) ---> kube-apiserver (every address, 6443) ---> etcd (127.0.0.1)
//     daemons (a service account) --'
//
// Their storage is in a temporary directory, and survives crashes. Not thread safe.
class KubeServer {
 public:
  static constexpr std::uint16_t kPort = 6443;
  // Of its own Service, according to the family that comes first.
  static constexpr const char* kServiceAddress = "10.96.0.1";
  static constexpr const char* kServiceAddressV6 = "fd00:10:96::1";

  // Starts both, without waiting. The namespace must outlive it, with its loopback device up;
  // others reach the server by `address`, one of the namespace's. `flags` are additional ones of
  // kube-apiserver.
  KubeServer(const KubeAssets& assets, const NetworkNamespace& network, std::string address,
             std::vector<std::string> flags = kWithoutControllers);

  // /readyz succeeded, and the namespace `default` exists, before the deadline. If not, log() tells
  // why.
  bool becomes_ready(std::chrono::seconds deadline = std::chrono::seconds(60));

  pid_t api_server_pid() const { return api_server_->pid(); }

  void kill_api_server() { api_server_.reset(); }  // with SIGKILL, as all of these
  // Again, with more flags for this time; its storage must be there to be ready.
  void start_api_server(const std::vector<std::string>& more = {});
  void kill_etcd() { etcd_.reset(); }
  void start_etcd();

  // While etcd is killed: copies its files, and puts the copy in their place.
  void save_storage() const;
  void restore_storage() const;

  // Drops etcd's history: from now on only the latest version can be listed and watched, apart from
  // the API server's cache of recent events, which a restart empties.
  bool compact();

  // With admin, a kubeconfig, and the authority's and the service accounts' ca.crt and server.key.
  const std::filesystem::path& directory() const { return directory_.path(); }

  // The value that etcd has for a key; "" for none.
  std::string stored(const std::string& key) const;

  // As admin, who has all permissions (system:masters).
  ApiClient& api() { return api_; }
  ApiClient::Setup api_setup() const;  // of further clients
  Finished kubectl(const std::vector<std::string>& arguments, const std::string& input = "") const;

  // With another kubeconfig.
  Finished kubectl_as(const std::string& kubeconfig, const std::vector<std::string>& arguments,
                      const std::string& input = "") const;

  // The path of a new kubeconfig with a token for a service account, which must exist.
  [[nodiscard]] Result<std::string> kubeconfig_of(const std::string& ns,
                                                  const std::string& account);

  // The same with a client certificate: its holder is this user, in these groups.
  std::string kubeconfig_by_certificate(const std::string& user,
                                        const std::vector<std::string>& groups = {}) const;

  std::string log() const;  // warnings and errors of both since they were last started

 private:
  using Credentials = std::map<std::string, std::string>;  // as a kubeconfig calls them
  HttpAnswer ask_etcd(const std::string& path, const std::string& question) const;
  std::string write_kubeconfig(const std::string& name, const Credentials& user) const;

  KubeAssets assets_;
  const NetworkNamespace& network_;
  std::string address_;
  std::vector<std::string> flags_;
  CertificateAuthority authority_;
  TemporaryDirectory directory_;
  ApiClient api_;
  std::optional<ChildProcess> etcd_;
  std::optional<ChildProcess> api_server_;
};

}  // namespace portcullis::test
