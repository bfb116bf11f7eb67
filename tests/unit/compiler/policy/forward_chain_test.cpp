#include "compiler/policy/forward_chain.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"

// Lines 14, 15, 17 and 29 of SEMANTICS: what is accepted before any policy is checked.
namespace portcullis::test::forward_chain_test {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpv6 = 58;
constexpr const char* kRouter = "192.0.2.1";
constexpr const char* kRouter6 = "2001:db8::1";

// shop/web, whose traffic is denied, and another local pod, which no policy selects.
Ruleset isolated_web() {
  return compile(cluster({pod("shop/web", "10.0.0.1 fd00::1"), pod("bank/db", "10.0.0.2 fd00::2"),
                          policy("shop/deny").ingress().egress()}),
                 "n1");
}

TEST(ForwardChain, RepliesPass) {
  Packet packet{address(kRouter), address("10.0.0.1"), 6, 80};
  EXPECT_FALSE(passes(isolated_web(), packet));
  packet.ct_state = ConntrackState::kEstablished;
  EXPECT_TRUE(passes(isolated_web(), packet));
}

TEST(ForwardChain, AllElseIsJudgedLikeANewPacket) {
  Packet packet{address(kRouter), address("10.0.0.1"), 6, 80};
  packet.ct_original_source = address("10.0.0.1");
  packet.ct_reply_source = address(kRouter);
  packet.ct_state = ConntrackState::kRelated;  // a helper's expectation
  EXPECT_FALSE(passes(isolated_web(), packet));
  packet.ct_state = 1;  // NF_CT_STATE_INVALID_BIT
  EXPECT_FALSE(passes(isolated_web(), packet));
  packet.ct_state = 64;  // NF_CT_STATE_UNTRACKED_BIT
  EXPECT_FALSE(passes(isolated_web(), packet));
}

// From `source` to an end of the connection that it quotes.
Packet icmp_error(const char* source, const char* end, const char* other_end, std::uint8_t type) {
  Packet packet{address(source), address(end), kIcmp, std::nullopt};
  packet.protocol = packet.source.family == Family::kIpv4 ? kIcmp : kIcmpv6;
  packet.ct_state = ConntrackState::kRelated;
  packet.icmp_type = type;
  packet.ct_original_source = packet.destination;
  packet.ct_reply_source = address(other_end);
  return packet;
}

TEST(ForwardChain, IcmpErrorsOfARouterPass) {
  for (const auto type : std::to_array<std::uint8_t>({3, 11, 12})) {
    EXPECT_TRUE(passes(isolated_web(), icmp_error(kRouter, "10.0.0.1", "203.0.113.9", type)));
  }
  for (const auto type : std::to_array<std::uint8_t>({1, 2, 3, 4})) {
    EXPECT_TRUE(passes(isolated_web(), icmp_error(kRouter6, "fd00::1", "2001:db8::9", type)));
  }
}

TEST(ForwardChain, IcmpErrorsOfAnEndPassWhoeverOpenedTheConnection) {
  for (const bool opener : {true, false}) {
    for (const auto& [source, end, type] :
         {std::tuple("10.0.0.2", "10.0.0.1", 3), std::tuple("10.0.0.1", "10.0.0.2", 3),
          std::tuple("fd00::2", "fd00::1", 1), std::tuple("fd00::1", "fd00::2", 1)}) {
      auto packet = icmp_error(source, end, source, static_cast<std::uint8_t>(type));
      if (opener) std::swap(packet.ct_original_source, packet.ct_reply_source);
      EXPECT_TRUE(passes(isolated_web(), packet)) << source << " to " << end;
    }
  }
}

TEST(ForwardChain, IcmpErrorsOfAPodThatIsNoEndAreJudged) {
  // Into the isolated pod, and out of it.
  EXPECT_FALSE(passes(isolated_web(), icmp_error("10.0.0.2", "10.0.0.1", "203.0.113.9", 3)));
  EXPECT_FALSE(passes(isolated_web(), icmp_error("fd00::2", "fd00::1", "2001:db8::9", 1)));
  EXPECT_FALSE(passes(isolated_web(), icmp_error("10.0.0.1", "10.0.0.2", "203.0.113.9", 3)));
  EXPECT_FALSE(passes(isolated_web(), icmp_error("fd00::1", "fd00::2", "2001:db8::9", 1)));
  // Between two that no policy selects.
  EXPECT_TRUE(passes(isolated_web(), icmp_error("10.0.0.2", "10.0.0.3", "203.0.113.9", 3)));
}

TEST(ForwardChain, LinkLocalAddressIsNoRouters) {
  const auto error = icmp_error("fe80::2", "fd00::1", "2001:db8::9", 1);
  EXPECT_FALSE(passes(isolated_web(), error));
  const auto only_ingress =
      compile(cluster({pod("shop/web", "10.0.0.1 fd00::1"), policy("shop/deny").ingress()}), "n1");
  EXPECT_FALSE(passes(only_ingress, error));
}

TEST(ForwardChain, RedirectsAndUnknownErrorsAreJudged) {
  for (const auto type : std::to_array<std::uint8_t>({4, 5})) {
    EXPECT_FALSE(passes(isolated_web(), icmp_error(kRouter, "10.0.0.1", "203.0.113.9", type)));
    EXPECT_FALSE(passes(isolated_web(), icmp_error("10.0.0.2", "10.0.0.1", "10.0.0.2", type)));
  }
  for (const auto type : std::to_array<std::uint8_t>({0, 5, 100, 137})) {
    EXPECT_FALSE(passes(isolated_web(), icmp_error(kRouter6, "fd00::1", "2001:db8::9", type)));
  }
}

TEST(ForwardChain, IcmpErrorsAboutNothingAreJudged) {
  auto packet = icmp_error(kRouter, "10.0.0.1", "203.0.113.9", 3);
  packet.ct_state = 1;  // NF_CT_STATE_INVALID_BIT
  EXPECT_FALSE(passes(isolated_web(), packet));
}

TEST(ForwardChain, APodReachesItselfAfterDnatOnly) {
  for (const auto* own : {"10.0.0.1", "fd00::1"}) {
    Packet packet{address(own), address(own), 6, 80};
    EXPECT_FALSE(passes(isolated_web(), packet)) << "spoofed";
    packet.ct_status = ConntrackStatus::kDestinationNat;
    EXPECT_TRUE(passes(isolated_web(), packet));
    packet.source = address(packet.source.family == Family::kIpv4 ? kRouter : kRouter6);
    EXPECT_FALSE(passes(isolated_web(), packet)) << "through a Service, from outside";
  }
}

TEST(ForwardChain, NeighbourDiscoveryPassesOnTheLink) {
  for (const auto* source : {"fe80::1", "fd00::1", "::"}) {
    Packet packet{address(source), address("fd00::2"), kIcmpv6, std::nullopt};
    packet.hop_limit = 255;
    packet.length = 32;
    for (const auto type : std::to_array<std::uint8_t>({135, 136})) {
      packet.icmp_type = type;
      EXPECT_TRUE(passes(isolated_web(), packet));
    }
    packet.icmp_type = 128;  // an echo request
    EXPECT_FALSE(passes(isolated_web(), packet));
    packet.icmp_type = 135;
    packet.length = 33;  // more than a target and an option
    EXPECT_FALSE(passes(isolated_web(), packet));
    packet.length = 32;
    packet.hop_limit = 254;  // was routed: forged
    EXPECT_FALSE(passes(isolated_web(), packet));
  }
}

}  // namespace
}  // namespace portcullis::test::forward_chain_test
