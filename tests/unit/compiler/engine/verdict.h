#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/cluster/cluster_state.h"

namespace portcullis::test {

struct Traffic {
  std::uint8_t protocol;
  std::optional<std::uint16_t> port;
};

inline Traffic tcp(std::uint16_t port) { return {6, port}; }
inline Traffic udp(std::uint16_t port) { return {17, port}; }
inline Traffic sctp(std::uint16_t port) { return {132, port}; }
inline Traffic icmp() { return {1, std::nullopt}; }
inline Traffic icmpv6() { return {58, std::nullopt}; }

// Whether the rules of every node that a pod runs on accept the first packet of a connection. The
// reference evaluator must agree: otherwise that is a separate failure. The message has the nodes'
// rules.
testing::AssertionResult connects(const ClusterState& cluster, std::string_view from,
                                  std::string_view to, const Traffic& traffic = tcp(80));

}  // namespace portcullis::test
