// SEMANTICS, lines 17 and 24: packets of an isolated pod to a whole bridge.
#include "tests/packet/semantics/arrivals.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/frame.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kMdns = 5353;
constexpr std::uint16_t kDhcp = 67;

// default/closed, and other/x and other/y, which no policy selects, on one bridge.
class Multicast : public ArrivalsTest {
 protected:
  void build_pods() {
    build(in(GetParam(), {.pods = {{.name = "closed"},
                                   {.ns = "other", .name = "x"},
                                   {.ns = "other", .name = "y"}}}));
    if (IsSkipped() || HasFatalFailure()) return;
    count_arrivals("other/x", {"udp dport { 67, 5353 }"});
  }

  Address own(const std::string& name, Family family) {
    return playground().endpoint(name).address(family);
  }

  Address link_local(const std::string& name) {
    return *parse_address("fe80::" + std::to_string(playground().endpoint(name).number + 1000));
  }

  Address subnet_broadcast(const std::string& name) {
    return {Family::kIpv4, own(name, Family::kIpv4).value | 0xff};
  }

  // Whether it arrives at other/x.
  bool reaches(const std::string& from, const Address& source, const Address& group,
               std::uint16_t port = kMdns) {
    const auto packet = udp_packet(source, group, {++port_, port}, {'?'});
    return arrives("other/x", [&] {
      return send_frame(playground().endpoint(from), group_mac_address(group), encode(packet));
    });
  }

 private:
  std::uint16_t port_ = 5000;
};

INSTANTIATE_TEST_SUITE_P(Bridge, Multicast, testing::Values(Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

#define BUILD_PODS_OR_SKIP() \
  build_pods();              \
  if (IsSkipped() || HasFatalFailure()) return

const Address kAnyIpv4{Family::kIpv4, 0};
const Address kAnyIpv6{Family::kIpv6, 0};
const Address kBroadcast = *parse_address("255.255.255.255");
const Address kMdnsIpv4 = *parse_address("224.0.0.251");
const Address kMdnsIpv6 = *parse_address("ff02::fb");

TEST_P(Multicast, Line24_AnIsolatedPodSendsNone) {
  BUILD_PODS_OR_SKIP();
  believe_sources();  // otherwise no pod sends from the unspecified address
  const auto expect = [&](bool passes) {
    const std::string closed = "default/closed";
    for (const auto& group : {kMdnsIpv4, kBroadcast, subnet_broadcast(closed)}) {
      for (const auto& source : {own(closed, Family::kIpv4), kAnyIpv4}) {
        SCOPED_TRACE("from " + to_string(source) + " to " + to_string(group));
        EXPECT_EQ(reaches(closed, source, group), passes);
      }
    }
    for (const auto& source : {own(closed, Family::kIpv6), link_local(closed), kAnyIpv6}) {
      SCOPED_TRACE("from " + to_string(source));
      EXPECT_EQ(reaches(closed, source, kMdnsIpv6), passes);
    }
  };
  enforce({});
  expect(true);
  enforce({kDenyEgress});
  expect(false);
  enforce({});
  expect(true);
}

TEST_P(Multicast, Line24_ABlockAllowsItAsAnyDestination) {
  BUILD_PODS_OR_SKIP();
  enforce({policy("default/mdns", R"(
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 224.0.0.251/32}}, {ipBlock: {cidr: ff02::fb/128}}]}]
)")});
  const std::string closed = "default/closed";
  EXPECT_TRUE(reaches(closed, own(closed, Family::kIpv4), kMdnsIpv4));
  EXPECT_TRUE(reaches(closed, own(closed, Family::kIpv6), kMdnsIpv6));
  EXPECT_FALSE(reaches(closed, own(closed, Family::kIpv4), kBroadcast));
}

TEST_P(Multicast, Line24_PodsThatAreNotIsolatedGoOn) {
  BUILD_PODS_OR_SKIP();
  enforce({kDenyBoth});
  const std::string open = "other/y";
  for (const auto& group : {kMdnsIpv4, kBroadcast, subnet_broadcast(open)}) {
    SCOPED_TRACE(to_string(group));
    EXPECT_TRUE(reaches(open, own(open, Family::kIpv4), group));
  }
  EXPECT_TRUE(reaches(open, own(open, Family::kIpv6), kMdnsIpv6));
}

TEST_P(Multicast, Line17_DhcpFromTheUnspecifiedAddress) {
  BUILD_PODS_OR_SKIP();
  enforce({kDenyBoth});
  for (const auto* name : {"default/closed", "other/y"}) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(reaches(name, kAnyIpv4, kBroadcast, kDhcp));
    EXPECT_FALSE(reaches(name, kAnyIpv4, subnet_broadcast(name), kDhcp));
  }
  EXPECT_FALSE(reaches("default/closed", link_local("default/closed"), kMdnsIpv6, kDhcp));
}

}  // namespace
}  // namespace portcullis::test
