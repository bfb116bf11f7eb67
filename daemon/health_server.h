#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>

#include "compiler/result.h"
#include "daemon/http_server.h"
#include "daemon/options.h"
#include "daemon/status.h"

namespace portcullis {

// GET /healthz: 200, from the event loop itself: where that does not turn, nobody answers, and the
// probe times out. GET /readyz: 200 or 503 with describe(status). GET /metrics, for Prometheus.
// Everyone may connect; a client that says nothing is left after kPatience.
class HealthServer {
 public:
  static constexpr std::chrono::seconds kPatience{5};

  // kIo: the address cannot be listened on (it is named, with the reason). `status` outlives the
  // server; it is read, and `metrics` called, on the io_context's thread.
  [[nodiscard]] static Result<HealthServer> open(const ListenAddress& address,
                                                 boost::asio::io_context& io, const Status& status,
                                                 std::function<std::string()> metrics);

 private:
  explicit HealthServer(HttpServer server) : server_(std::move(server)) {}

  HttpServer server_;
};

}  // namespace portcullis
