#include "tests/support/rig/traffic.h"

namespace portcullis::test {

const char* to_string(Transport transport) {
  switch (transport) {
    case Transport::kTcp:
      return "TCP";
    case Transport::kUdp:
      return "UDP";
    case Transport::kSctp:
      return "SCTP";
    case Transport::kIcmp:
      return "ICMP";
    case Transport::kGre:
      return "GRE";
    case Transport::kTcpAck:
      return "TCP-ACK";
  }
  return "?";
}

std::string to_string(const Traffic& traffic) {
  if (traffic == icmp() || traffic == gre()) return to_string(traffic.transport);
  return std::to_string(traffic.port) + "/" + to_string(traffic.transport);
}

}  // namespace portcullis::test
