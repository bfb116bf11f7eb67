#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>

// Notifications to systemd (sd_notify(3)); no effect without NOTIFY_SOCKET.
namespace portcullis {

void tell_ready(const std::string& status);
void tell_status(const std::string& status);  // one line, for systemctl status
void tell_stopping();

// Tells systemd that the event loop turns, twice per WatchdogSec=; no effect without that. The
// io_context must not run after this is destroyed.
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
