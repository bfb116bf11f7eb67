#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/node.h"
#include "tests/support/api_server/server.h"
#include "tests/support/tls/certificate_authority.h"

namespace portcullis::test {

// A node with a test API server beside its daemon, over TLS, which accepts the token "good".
class ApiNode : public Node {
 protected:
  void SetUp() override;

  // The path of a new kubeconfig for the server.
  std::string kubeconfig(const std::string& token = "good") const;

  void start_daemon();
  bool node_becomes_ready() const;

  // The kernel comes to hold the output of `portcullis compile` for the server's objects.
  bool kernel_follows_server() const;

  CertificateAuthority authority_;
  std::unique_ptr<api::Server> server_;
};

}  // namespace portcullis::test
