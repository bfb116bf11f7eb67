#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/http/http_server.h"

namespace portcullis {

// An answer that the event loop computes for the clients of another thread: once for all requests
// before it begins, and never twice within `pause`. It is reused until it is `lifetime` old.
class LoopAnswer : public std::enable_shared_from_this<LoopAnswer> {
 public:
  struct Timing {
    std::chrono::milliseconds pause;
    std::chrono::milliseconds lifetime;
  };

  // `make` is called on the thread that runs `loop`; release this there too, once `own` has
  // stopped.
  LoopAnswer(boost::asio::io_context& own, boost::asio::io_context& loop,
             std::function<HttpReply()> make, Timing timing);

  // Called on the thread that runs `own`, as is `respond`.
  void ask(HttpServer::Respond respond);

 private:
  using Clock = std::chrono::steady_clock;

  void make();
  void take(HttpReply reply);

  boost::asio::io_context& own_;
  boost::asio::io_context& loop_;
  const std::function<HttpReply()> make_;
  const Timing timing_;
  boost::asio::steady_timer timer_;
  bool making_ = false;
  std::vector<HttpServer::Respond> waiting_;
  std::optional<HttpReply> last_;
  Clock::time_point made_at_{};
};

}  // namespace portcullis
