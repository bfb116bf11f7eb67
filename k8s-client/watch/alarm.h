#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace portcullis::k8s {

// One call in the future, on the io_context's thread. Once it is set again, cancelled or destroyed,
// the earlier call is no longer made, even if its time had come.
class Alarm {
 public:
  explicit Alarm(boost::asio::io_context& io) : timer_(io) {}

  void set(std::chrono::steady_clock::duration delay, std::function<void()> call) {
    call_ = std::make_shared<std::function<void()>>(std::move(call));
    timer_.expires_after(delay);
    timer_.async_wait([weak = std::weak_ptr(call_)](const boost::system::error_code&) {
      if (const auto current = weak.lock()) (*current)();
    });
  }

  void cancel() {
    call_.reset();
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> call_;
};

}  // namespace portcullis::k8s
