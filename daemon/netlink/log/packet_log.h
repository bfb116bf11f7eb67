#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/result.h"

struct mnl_socket;

namespace portcullis::nl {

// A packet that a rule with a log statement has met.
struct LoggedPacket {
  std::string prefix;                // of the statement
  int input = 0;                     // index of the interface; of the port, on a bridge; 0: none
  std::uint16_t ether_type = 0;      // of the frame
  std::vector<std::uint8_t> header;  // from the network header on, at most PacketLog::kCopied bytes
};

// Hears of the packets that rules log to one group of nfnetlink_log, in the network namespace where
// open() was called. A group has one listener. Needs CAP_NET_ADMIN. Movable; not thread safe.
class PacketLog {
 public:
  static constexpr std::uint32_t kCopied = 64;  // bytes

  // kBusy: another process listens to the group, or CAP_NET_ADMIN is missing: the kernel has the
  // same error for both. kUnsupported, kIo.
  [[nodiscard]] static Result<PacketLog> open(std::uint16_t group);

  // A descriptor, valid as long as this object, that is readable while there are packets. The
  // kernel tells of them within a tenth of a second.
  int fd() const;

  // What has been told since the last call, some at a time. Packets are lost when there are more
  // than the socket holds. Never waits.
  std::vector<LoggedPacket> read();

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  explicit PacketLog(mnl_socket* socket) : socket_(socket) {}

  std::unique_ptr<mnl_socket, Close> socket_;
};

}  // namespace portcullis::nl
