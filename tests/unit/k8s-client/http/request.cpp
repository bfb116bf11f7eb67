#include "tests/unit/k8s-client/http/request.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "k8s-client/access/endpoints.h"
#include "k8s-client/http/http_stream.h"

namespace portcullis::k8s::test {
namespace {

using Tls = boost::asio::ssl::context;

class Receiver : public HttpReceiver {
 public:
  explicit Receiver(Answer& answer) : answer_(answer) {}

  Result<void> take_head(HttpHead head) override {
    answer_.status = head.code;
    return {};
  }
  bool take(std::string_view bytes) override {
    answer_.body += bytes;
    return true;
  }
  void finish(std::optional<Error> error) override {
    if (error) answer_.error = error->message;
  }

 private:
  Answer& answer_;
};

Answer failed(const Error& error) { return {.error = error.message}; }

}  // namespace

Answer perform(HttpRequest request, std::shared_ptr<Tls> tls,
               const std::shared_ptr<Refusal>& refusal) {
  Answer answer;
  boost::asio::io_context io;
  open_stream(io.get_executor(), std::move(request), std::move(tls), refusal,
              std::make_shared<Receiver>(answer), [](const Cancel&) {});
  io.run();
  answer.refusal = refusal->reason();
  return answer;
}

Answer request(const ClusterAccess& access, Credentials& credentials,
               const Environment& environment) {
  const auto identity = credentials.get();
  if (!identity) return failed(identity.error());
  const auto route = route_to(access, environment);
  if (!route) return failed(route.error());
  const auto& hop = route->next_hop();
  const auto endpoints = Endpoints(hop.host, hop.port, resolve).in_order();
  if (!endpoints) return failed(endpoints.error());
  Answer answer;
  for (const auto& endpoint : *endpoints) {
    const auto refusal = std::make_shared<Refusal>();
    std::shared_ptr<Tls> tls;
    if (route->server.scheme == "https") {
      tls = std::make_shared<Tls>(Tls::tls_client);
      const auto done = set_up_tls(*tls, access, *identity, refusal);
      if (!done) return failed(done.error());
    }
    answer = perform({.route = route->through(endpoint.address()),
                      .endpoint = endpoint,
                      .target = "/version",
                      .fields = header_fields(access, *identity),
                      .json = "",
                      .accepts_gzip = true,
                      .idle_limit = std::chrono::seconds(20)},
                     tls, refusal);
    if (answer.status != 0 || !answer.refusal.empty()) break;
  }
  return answer;
}

Answer request(const ClusterAccess& access, const Environment& environment) {
  Credentials credentials(access);
  return request(access, credentials, environment);
}

}  // namespace portcullis::k8s::test
