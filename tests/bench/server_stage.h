#pragma once

#include <string>

#include "tests/support/api_server/server.h"
#include "tests/support/kube/api_client.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/tls/certificate_authority.h"

namespace portcullis::bench {

// The tests' own API server, in a separate network namespace: it takes more writes a second than a
// real one beside it on this machine, and speaks JSON alone.
class ServerStage {
 public:
  // `history`: changes that a watch may be behind.
  ServerStage(test::NetworkNamespace netns, std::size_t history);

  const test::NetworkNamespace& network() const { return network_; }
  test::api::Server& server() { return *server_; }
  test::ApiClient::Setup api_setup() const;
  std::string kubeconfig() const { return directory_ / "config"; }

 private:
  test::NetworkNamespace network_;
  test::CertificateAuthority authority_;
  test::TemporaryDirectory directory_;
  std::optional<test::api::Server> server_;
};

}  // namespace portcullis::bench
