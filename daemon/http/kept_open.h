#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "compiler/base/result.h"

namespace portcullis {

// Keeps a port or socket open that is not needed for enforcement: opens it at once, checks it after
// each pause, and reopens it if it is gone. The io_context must not run after this is destroyed.
class KeptOpen {
 public:
  static constexpr std::chrono::seconds kPause{2};

  struct Service {
    std::string what;                    // "admin socket"
    std::function<Result<void>()> open;  // replaces whatever was open
    std::function<bool()> is_open;       // once opened
  };
  using Sink = std::function<void(const std::string& what, const std::string& trouble)>;

  // All are called on the io_context's thread; `sink` once for each new reason why it cannot be
  // opened, and with "" when it is open again.
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
