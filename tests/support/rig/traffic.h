#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace portcullis::test {

enum class Transport : std::uint8_t {
  kTcp,
  kUdp,
  kSctp,
  kIcmp,
  kGre,     // of two addresses all packets are one connection, whoever asks and whoever answers
  kTcpAck,  // a segment of a TCP connection that nobody made: whoever gets it resets
};

// The traffic of a probe and its answer: a port of a protocol, an ICMP echo, or GRE.
struct Traffic {
  Transport transport = Transport::kTcp;
  std::uint16_t port = 0;  // 0 for ICMP and GRE

  auto operator<=>(const Traffic&) const = default;
};

constexpr Traffic tcp(std::uint16_t port) { return {Transport::kTcp, port}; }
constexpr Traffic udp(std::uint16_t port) { return {Transport::kUdp, port}; }
constexpr Traffic sctp(std::uint16_t port) { return {Transport::kSctp, port}; }
constexpr Traffic tcp_ack(std::uint16_t port) { return {Transport::kTcpAck, port}; }
constexpr Traffic icmp() { return {Transport::kIcmp, 0}; }  // echo, of the probe's family
constexpr Traffic gre() { return {Transport::kGre, 0}; }

const char* to_string(Transport transport);     // "TCP"
std::string to_string(const Traffic& traffic);  // "8080/TCP", "ICMP", "GRE"

}  // namespace portcullis::test
