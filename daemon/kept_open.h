#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "compiler/result.h"

namespace portcullis {

// Keeps something open that is not enforcement, a port or a socket: opened at once, looked after
// after each pause, and opened again while it is not there. The io_context must not run any more
// once this is destroyed.
class KeptOpen {
 public:
  static constexpr std::chrono::seconds kPause{2};

  struct Service {
    std::string what;                    // "admin socket"
    std::function<Result<void>()> open;  // anew, whatever was open
    std::function<bool()> is_open;       // once opened
  };
  using Sink = std::function<void(const std::string& what, const std::string& trouble)>;

  // All are called on the io_context's thread; `sink` with the reason when it cannot be opened, for
  // each new reason once, and with "" when it is open again.
  KeptOpen(boost::asio::io_context& io, Service service, Sink sink,
           std::chrono::milliseconds pause = kPause);
  KeptOpen(const KeptOpen&) = delete;
  KeptOpen& operator=(const KeptOpen&) = delete;

 private:
  void look();

  const Service service_;
  const Sink sink_;
  const std::chrono::milliseconds pause_;
  boost::asio::steady_timer timer_;
  bool is_open_ = false;
  std::string trouble_;
};

}  // namespace portcullis
