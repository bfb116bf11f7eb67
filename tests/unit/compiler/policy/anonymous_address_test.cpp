#include "compiler/policy/anonymous_address.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"

// Lines 17 and 24 of SEMANTICS: addresses that any pod of a bridge may use.
namespace portcullis::test {
namespace {

constexpr std::uint8_t kIcmpv6 = 58;
constexpr const char* kX = "fe80::1";
constexpr const char* kY = "fe80::abcd:1";

const auto kWeb = pod("shop/web", "10.0.0.1");

Ruleset node_with(const std::vector<Event>& events) { return compile(cluster(events), "n1"); }

bool reaches(const Ruleset& ruleset, const char* from, const char* to) {
  return passes(ruleset, Packet{address(from), address(to), 6, 80});
}

TEST(AnonymousAddress, PassesWhileNoLocalPodIsIsolated) {
  const auto open = node_with({kWeb});
  EXPECT_TRUE(reaches(open, kX, kY));
  EXPECT_TRUE(reaches(open, "::", "ff02::fb"));
  EXPECT_TRUE(reaches(open, "0.0.0.0", "255.255.255.255"));
  const auto elsewhere = node_with(
      {kWeb, pod("bank/db", "10.0.0.2").on("n2"), policy("bank/deny").ingress().egress()});
  EXPECT_EQ(elsewhere, open);
  const auto allowed = node_with({kWeb, policy("shop/all").ingress(from()).egress(to())});
  EXPECT_EQ(allowed, open);
}

TEST(AnonymousAddress, OfASourceIsClosedByAPodIsolatedForEgress) {
  const auto closed = node_with({kWeb, policy("shop/deny").egress()});
  EXPECT_FALSE(reaches(closed, kX, kY));
  EXPECT_FALSE(reaches(closed, kX, "fd00::2"));
  EXPECT_FALSE(reaches(closed, kX, "ff02::fb"));
  EXPECT_FALSE(reaches(closed, "::", "ff02::fb"));
  EXPECT_FALSE(reaches(closed, "0.0.0.0", "255.255.255.255"));
  EXPECT_TRUE(reaches(closed, "fd00::2", kY));  // whose that is, is known: no local pod's
  EXPECT_TRUE(reaches(closed, "10.0.0.2", "255.255.255.255"));
  EXPECT_TRUE(reaches(closed, "fec0::1", "fd00::2"));  // the block after the link-local one
  EXPECT_TRUE(reaches(closed, "fe7f::1", "fd00::2"));
}

TEST(AnonymousAddress, OfADestinationIsClosedByAPodIsolatedForIngress) {
  const auto closed = node_with({kWeb, policy("shop/deny").ingress()});
  EXPECT_FALSE(reaches(closed, kX, kY));
  EXPECT_FALSE(reaches(closed, "fd00::2", kY));
  EXPECT_TRUE(reaches(closed, kX, "fd00::2"));
  EXPECT_TRUE(reaches(closed, kX, "ff02::fb"));
  EXPECT_TRUE(reaches(closed, "0.0.0.0", "255.255.255.255"));
}

TEST(AnonymousAddress, QuarantineIsIsolationToo) {
  EXPECT_FALSE(reaches(node_with({pod("shop/odd", "10.0.0.1").malformed()}), kX, kY));
}

// A pod that claims 0.0.0.0 does not decide for everyone who uses it.
TEST(AnonymousAddress, IsNoPodsAddress) {
  for (const auto* claimed : {"0.0.0.0", "::", "fe80::"}) {
    const auto odd = pod("bank/odd", claimed);
    EXPECT_EQ(node_with({kWeb, odd}), node_with({kWeb}));
    const auto deny = policy("shop/deny").ingress().egress();
    const auto allow = policy("bank/all").ingress(from()).egress(to());
    const auto closed = node_with({kWeb, odd, deny, allow});
    EXPECT_EQ(closed, node_with({kWeb, deny})) << claimed;
    EXPECT_FALSE(reaches(closed, "0.0.0.0", "255.255.255.255"));
  }
}

Packet control(const char* from, const char* to, std::uint8_t type, std::uint8_t hop_limit,
               std::uint16_t length) {
  Packet packet{address(from), address(to), kIcmpv6, std::nullopt};
  packet.icmp_type = type;
  packet.hop_limit = hop_limit;
  packet.length = length;
  return packet;
}

TEST(AnonymousAddress, RouterSolicitationsAndMldPassInTheirLength) {
  const auto closed = node_with({kWeb, policy("shop/deny").ingress().egress()});
  struct Case {
    std::uint8_t type, hop_limit;
    std::uint16_t most;
  };
  for (const auto* source : {kX, "::"}) {
    for (const auto& [type, hop_limit, most] :
         {Case{133, 255, 16}, Case{130, 1, 36}, Case{131, 1, 32}, Case{132, 1, 32},
          Case{143, 1, 176}}) {
      SCOPED_TRACE(std::string(source) + ", type " + std::to_string(type));
      EXPECT_TRUE(passes(closed, control(source, "ff02::16", type, hop_limit, most)));
      const auto more = static_cast<std::uint16_t>(most + 1);
      EXPECT_FALSE(passes(closed, control(source, "ff02::16", type, hop_limit, more)));
      EXPECT_FALSE(passes(closed, control(source, "ff02::16", type, 64, most)));
    }
  }
  EXPECT_FALSE(passes(closed, control(kX, "ff02::1", 134, 255, 16)));  // a router advertisement
}

TEST(AnonymousAddress, DhcpPassesFromTheUnspecifiedAddressByBroadcast) {
  const auto closed = node_with({kWeb, policy("shop/deny").ingress().egress()});
  const auto sent = [&](const char* from, const char* to, std::uint8_t protocol,
                        std::uint16_t port) {
    return passes(closed, Packet{address(from), address(to), protocol, port});
  };
  EXPECT_TRUE(sent("0.0.0.0", "255.255.255.255", 17, 67));
  EXPECT_FALSE(sent("0.0.0.0", "255.255.255.255", 17, 68));
  EXPECT_FALSE(sent("0.0.0.0", "255.255.255.255", 6, 67));
  EXPECT_FALSE(sent("0.0.0.0", "10.0.0.255", 17, 67));
  EXPECT_FALSE(sent("10.0.0.1", "255.255.255.255", 17, 67));  // has an address already
  EXPECT_FALSE(sent(kX, "ff02::1:2", 17, 67));
}

}  // namespace
}  // namespace portcullis::test
