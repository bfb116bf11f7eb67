#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>

#include "compiler/result.h"
#include "daemon/options.h"
#include "daemon/status.h"

namespace portcullis {

// GET /healthz: 200 while the io_context turns (each request makes a round trip through it, 503
// after kTurnLimit). GET /readyz: 200 or 503 with describe(status). Served by two threads of
// cpprestsdk's pool, which read nothing of ours but const snapshots.
class HealthServer {
 public:
  static constexpr std::chrono::seconds kTurnLimit{2};

  // kIo: the address cannot be listened on (it is named, with the reason). `io` and `board`
  // outlive the server.
  [[nodiscard]] static Result<HealthServer> open(const ListenAddress& address,
                                                 boost::asio::io_context& io,
                                                 const StatusBoard& board);

  HealthServer(HealthServer&&) noexcept;
  ~HealthServer();  // waits for requests that are being answered

 private:
  struct Impl;
  explicit HealthServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis
