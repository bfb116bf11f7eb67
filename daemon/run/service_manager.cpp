#include "daemon/run/service_manager.h"

#include <systemd/sd-daemon.h>

namespace portcullis {

void tell_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

void tell_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }

void tell_stopping() { sd_notify(0, "STOPPING=1\nSTATUS=stopping; the rules stay in force"); }

Watchdog::Watchdog(boost::asio::io_context& io) : timer_(io) {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return;
  pause_ = std::chrono::microseconds(microseconds / 2);
  tell();
}

void Watchdog::tell() {
  sd_notify(0, "WATCHDOG=1");
  timer_.expires_after(pause_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell();
  });
}

}  // namespace portcullis
