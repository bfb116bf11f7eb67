#pragma once

#include <memory>
#include <string>

#include "k8s-client/access/credentials.h"
#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/route.h"
#include "k8s-client/http/tls.h"

namespace portcullis::k8s::test {

struct Answer {
  int status = 0;  // 0: none
  std::string body{};
  std::string error{};  // empty: the body is complete
  std::string refusal{};
};

// One request, to its end, over a separate connection.
Answer perform(HttpRequest request, std::shared_ptr<boost::asio::ssl::context> tls = nullptr,
               const std::shared_ptr<Refusal>& refusal = std::make_shared<Refusal>());

// GET /version, from the addresses of the access's server in turn, until one answers.
Answer request(const ClusterAccess& access, Credentials& credentials,
               const Environment& environment = {});
Answer request(const ClusterAccess& access, const Environment& environment = {});

}  // namespace portcullis::k8s::test
