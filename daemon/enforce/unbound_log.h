#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "compiler/binding/bind_ports.h"
#include "daemon/netlink/log/packet_log.h"

namespace portcullis {

// What the log says of packets that are dropped because they are not their sender's own: who sent
// what, and why it may not. One line for an interface and a reason at once, and then at most one in
// each kQuiet, with how many there were besides. The kernel's rules tell of some packets only; its
// counters count all. A value.
class UnboundLog {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kQuiet{60};

  // The line to log now, if any.
  std::optional<std::string> take(const nl::LoggedPacket& packet, const Bindings& bindings,
                                  Time now);

 private:
  struct Told {
    Time at;
    std::size_t since = 0;  // packets without a line
  };

  std::map<std::pair<int, std::string>, Told> told_;  // by interface and reason
};

}  // namespace portcullis
