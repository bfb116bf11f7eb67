#pragma once

#include <string>

// What systemd is told (sd_notify(3)); without NOTIFY_SOCKET nothing happens.
namespace portcullis {

void tell_ready(const std::string& status);
void tell_status(const std::string& status);  // one line, for systemctl status
void tell_stopping();

}  // namespace portcullis
