#include "daemon/service_manager.h"

#include <systemd/sd-daemon.h>

namespace portcullis {

void tell_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

void tell_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }

void tell_stopping() { sd_notify(0, "STOPPING=1\nSTATUS=stopping; the rules stay in force"); }

}  // namespace portcullis
