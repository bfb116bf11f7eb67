// SEMANTICS, line 15: a pod may reach itself, but others that use its address may not.
#include "tests/packet/semantics/arrivals.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

using SpoofedSelf = ArrivalsTest;

INSTANTIATE_TEST_SUITE_P(Variants, SpoofedSelf, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(SpoofedSelf, Line15_ASourceThatEqualsTheDestinationOpensNothing) {
  BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "a"}, {.ns = "other", .name = "b"}}}));
  const Endpoint& a = playground().endpoint("default/a");
  const Endpoint& b = playground().endpoint("other/b");
  count_arrivals("default/a", {"udp dport 4000"});
  believe_sources();  // which also stops it: see tests/attack
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(family == Family::kIpv4 ? "IPv4" : "IPv6");
    const auto& own = a.address(family);
    std::uint16_t port = 4000;
    const auto send = [&] {
      return send_raw(b, encode(udp_packet(own, own, {++port, 4000}, {'?'})));
    };
    enforce({});
    EXPECT_TRUE(arrives("default/a", send));
    enforce({kDenyIngress});
    EXPECT_FALSE(arrives("default/a", send));
  }
}

}  // namespace
}  // namespace portcullis::test
