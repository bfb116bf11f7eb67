#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>

// What systemd is told (sd_notify(3)); without NOTIFY_SOCKET nothing happens.
namespace portcullis {

void tell_ready(const std::string& status);
void tell_status(const std::string& status);  // one line, for systemctl status
void tell_stopping();

// Tells it that the event loop turns, twice in each time that WatchdogSec= gives; nothing without
// that. The io_context must not run any more once this is destroyed.
class Watchdog {
 public:
  explicit Watchdog(boost::asio::io_context& io);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void tell();

  boost::asio::steady_timer timer_;
  std::chrono::microseconds pause_{0};
};

}  // namespace portcullis
