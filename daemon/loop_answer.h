#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/http_server.h"

namespace portcullis {

// An answer that the event loop makes for the clients of another thread: once for all who ask
// before it begins, and never twice within `pause`. Until it is `lifetime` old it is given again.
class LoopAnswer : public std::enable_shared_from_this<LoopAnswer> {
 public:
  struct Timing {
    std::chrono::milliseconds pause;
    std::chrono::milliseconds lifetime;
  };

  // `make` is called on the thread that runs `loop`, where this is also to be released, once `own`
  // does not run any more.
  LoopAnswer(boost::asio::io_context& own, boost::asio::io_context& loop,
             std::function<HttpReply()> make, Timing timing);

  // On the thread that runs `own`, and so is `respond` called.
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
