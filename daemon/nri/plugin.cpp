#include "daemon/nri/plugin.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "daemon/nri/connection.h"
#include "daemon/nri/unix_socket.h"

namespace portcullis::nri {

const char* to_string(Status status) {
  switch (status) {
    case Status::kAbsent:
      return "absent";
    case Status::kRefused:
      return "refused";
    case Status::kConnected:
      return "connected";
  }
  return "";
}

class Plugin::Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(boost::asio::io_context& io, std::string socket, Timing timing, Sink sink)
      : io_(io),
        socket_(std::move(socket)),
        timing_(timing),
        sink_(std::make_shared<const Sink>(std::move(sink))),
        rest_(timing.first_rest),
        timer_(io) {}

  const State& state() const { return state_; }

  void attempt_after(std::chrono::milliseconds rest) {
    timer_.expires_after(rest);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->attempt();
    });
  }

  void stop() {
    boost::system::error_code ignored;
    timer_.cancel(ignored);
    if (connection_) connection_->close();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void attempt() {
    const auto connected = connect_to(socket_);
    if (!connected) {
      attempt_after(timing_.poll);
      const bool is_absent = connected.error().code == ErrorCode::kNotFound;
      return set({is_absent ? Status::kAbsent : Status::kRefused, connected.error().message});
    }
    connected_at_ = Clock::now();
    connection_ = std::make_shared<Connection>(io_, *connected, timing_, owner());
    connection_->start();
  }

  Connection::Owner owner() {
    return {sink_,
            [weak = weak_from_this()](const std::string& runtime) {
              if (const auto self = weak.lock()) {
                self->set({Status::kConnected, "connected to " + runtime});
              }
            },
            [weak = weak_from_this()](const Error& error) {
              if (const auto self = weak.lock()) self->end(error);
            }};
  }

  void end(const Error& error) {
    if (Clock::now() - connected_at_ > timing_.last_rest) rest_ = timing_.first_rest;
    attempt_after(rest_);
    rest_ = std::min(rest_ * 2, timing_.last_rest);
    set({Status::kRefused, error.message});
  }

  void set(const State& state) {
    if (state_ == state) return;
    state_ = state;
    sink_->state(state_);
  }

  boost::asio::io_context& io_;
  const std::string socket_;
  const Timing timing_;
  const std::shared_ptr<const Sink> sink_;
  State state_;
  std::chrono::milliseconds rest_;
  Clock::time_point connected_at_{};
  boost::asio::steady_timer timer_;
  std::shared_ptr<Connection> connection_;
};

Plugin::Plugin(boost::asio::io_context& io, std::string socket, Timing timing, Sink sink)
    : attempts_(std::make_shared<Attempts>(io, std::move(socket), timing, std::move(sink))) {
  attempts_->attempt_after(std::chrono::milliseconds(0));
}

Plugin::~Plugin() { attempts_->stop(); }

const State& Plugin::state() const { return attempts_->state(); }

Result<void> look_for_runtime(const std::string& socket) {
  return connect_to(socket).map([](int connected) { ::close(connected); });
}

}  // namespace portcullis::nri
