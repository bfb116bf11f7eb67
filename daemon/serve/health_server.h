#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "compiler/base/result.h"
#include "daemon/options/options.h"
#include "daemon/serve/status.h"

namespace portcullis {

// GET /healthz: 200 once the event loop has turned; if it hangs, there is no answer and the probe
// times out. GET /readyz: 200 or 503 with describe(status). GET /metrics, for Prometheus. Everyone
// may connect, so a separate thread serves requests, and they cost the event loop at most one task
// every kProbePause and one rendering of the metrics every kMetricsAge, however many they are:
//
//     clients --> HttpServer --> gathered requests --------(one task at a time)--> event loop
//                     ^                                                               |
//                     '------------------ the answer, for all who asked --------------'
//
// A silent client is dropped after kPatience, or earlier for one that says more.
class HealthServer {
 public:
  static constexpr std::chrono::seconds kPatience{5};
  static constexpr std::chrono::milliseconds kProbePause{10};
  static constexpr std::chrono::milliseconds kMetricsAge{1000};

  // kIo: cannot listen on the address (the message names it, with the reason). `status` outlives
  // the server; it is read, and `metrics` called, on the thread that runs `loop`, and no longer
  // once the server is destroyed on that thread.
  [[nodiscard]] static Result<HealthServer> open(const ListenAddress& address,
                                                 boost::asio::io_context& loop,
                                                 const Status& status,
                                                 std::function<std::string()> metrics);

  HealthServer(HealthServer&&) noexcept;
  HealthServer& operator=(HealthServer&&) = delete;
  ~HealthServer();

  bool is_listening() const;

 private:
  struct Impl;
  explicit HealthServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis
