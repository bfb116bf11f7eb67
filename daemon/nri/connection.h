#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "compiler/base/result.h"
#include "daemon/nri/conversation.h"
#include "daemon/nri/plugin.h"

namespace portcullis::nri {

// One connection to the runtime, from the registration to its end: moves the bytes of a
// Conversation, and refuses what nobody answers in time. On the io_context's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The sink gets the sandboxes, not the state.
  struct Owner {
    std::shared_ptr<const Sink> sink;
    std::function<void(const std::string& runtime)> synchronized;
    std::function<void(const Error&)> ended;  // once; not after close()
  };

  Connection(boost::asio::io_context& io, int connected, Timing timing, Owner owner);

  void start();
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  struct Held {
    Sandbox sandbox;
    std::unique_ptr<boost::asio::steady_timer> timer;
  };

  void read();
  void receive(std::size_t size);
  void flush();
  void end(const Error& error);
  void end_at(const boost::system::error_code& error);

  void tell(const Event& event);
  void synchronize(const Synchronized& event);
  void hold(const Started& event);
  void answer(CallNumber call);
  void give_up(CallNumber call);

  boost::asio::io_context& io_;
  const Timing timing_;
  const Owner owner_;
  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::steady_timer registration_;
  Conversation conversation_;
  std::array<char, std::size_t{64} << 10U> input_{};
  std::string unsent_;
  std::string sending_;
  std::string runtime_;
  std::map<CallNumber, Held> held_;
  bool is_telling_ = false;
  bool is_synchronized_ = false;
  bool is_shut_down_ = false;
};

}  // namespace portcullis::nri
