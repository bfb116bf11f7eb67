#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/api_server/core.h"
#include "tests/support/process/loop_thread.h"

namespace portcullis::test::api {

// The server's thread and its event loop.
class Server::Loop {
 public:
  explicit Loop(const Setup& setup);
  ~Loop();

  // Runs on the thread; returns and throws what the function does.
  template <typename Work>
  auto run(Work work) {
    std::packaged_task<decltype(work(core_))()> task([&] { return work(core_); });
    auto result = task.get_future();
    boost::asio::post(core_.io, [&task] { task(); });
    return result.get();
  }

  std::uint16_t reserve(const std::string& address, std::uint16_t port);  // returns the port
  void listen();                                                          // there
  void stop();
  void ignore(bool ignored) { ignored_ = ignored; }

 private:
  void accept();
  void serve(boost::asio::ip::tcp::socket socket);

  Core core_;
  boost::asio::ip::tcp::socket reserved_;  // bound, so that nobody else gets the port
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  std::vector<boost::asio::ip::tcp::socket> unread_;
  bool ignored_ = false;
  LoopThread thread_;
};

// The open connections.
std::vector<std::shared_ptr<Connection>> open_connections(Core& core);

}  // namespace portcullis::test::api
