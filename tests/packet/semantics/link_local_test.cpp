// SEMANTICS, lines 17 and 24: IPv6 link-local addresses, which any pod on a bridge may use and
// which the API does not report.
#include <netinet/icmp6.h>

#include "tests/packet/semantics/arrivals.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/frame.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

const Address kUnspecified{Family::kIpv6, 0};
const Address kAllRouters = *parse_address("ff02::2");
const Address kAllMldv2Routers = *parse_address("ff02::16");

// As the rig assigns them to eth0.
Address link_local(const Endpoint& endpoint) {
  return *parse_address("fe80::" + std::to_string(endpoint.number + 1000));
}

// Three pods of one bridge: default/closed, and other/x and other/y, which no policy selects.
class LinkLocal : public ArrivalsTest {
 protected:
  void build_pods() {
    build(in(GetParam(), {.pods = {{.name = "closed"},
                                   {.ns = "other", .name = "x"},
                                   {.ns = "other", .name = "y"}}}));
    if (IsSkipped() || HasFatalFailure()) return;
    for (const auto* name : {"default/closed", "other/x", "other/y"})
      count_arrivals(name, {"udp dport 4000"});
  }

  const Endpoint& pod_at(const std::string& name) { return playground().endpoint(name); }
  const Address& global(const std::string& name) { return pod_at(name).ipv6; }
  Address local(const std::string& name) { return link_local(pod_at(name)); }

  // To the pod's own hardware address.
  bool reaches(const std::string& from, const std::string& to, const RawPacket& packet) {
    return arrives(
        to, [&] { return send_frame(pod_at(from), mac_address(pod_at(to)), encode(packet)); });
  }

  // To everything on the bridge; checks whether one of them receives it.
  bool reaches_group(const std::string& from, const std::string& to, const RawPacket& packet) {
    return arrives(to, [&] {
      return send_frame(pod_at(from), group_mac_address(packet.destination), encode(packet));
    });
  }

  RawPacket datagram(const Address& from, const Address& to) {
    return udp_packet(from, to, {++port_, 4000}, {'?'});
  }

 private:
  std::uint16_t port_ = 5000;
};

INSTANTIATE_TEST_SUITE_P(Bridge, LinkLocal, testing::Values(Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

#define BUILD_PODS_OR_SKIP() \
  build_pods();              \
  if (IsSkipped() || HasFatalFailure()) return

TEST_P(LinkLocal, Line24_NobodyReachesAnIsolatedPod) {
  BUILD_PODS_OR_SKIP();
  const auto expect = [&](bool passes) {
    for (const auto& source : {local("other/x"), global("other/x")}) {
      SCOPED_TRACE("from " + to_string(source));
      const auto packet = datagram(source, local("default/closed"));
      EXPECT_EQ(reaches("other/x", "default/closed", packet), passes);
    }
  };
  enforce({});
  expect(true);
  enforce({kDenyIngress});
  expect(false);
  enforce({});
  expect(true);
}

TEST_P(LinkLocal, Line24_AnIsolatedPodReachesNobody) {
  BUILD_PODS_OR_SKIP();
  believe_sources();  // otherwise no pod sends from the unspecified address
  const auto expect = [&](bool passes) {
    for (const auto& source : {local("default/closed"), global("default/closed"), kUnspecified}) {
      for (const auto& destination : {local("other/x"), global("other/x")}) {
        SCOPED_TRACE("from " + to_string(source) + " to " + to_string(destination));
        const auto packet = datagram(source, destination);
        EXPECT_EQ(reaches("default/closed", "other/x", packet), passes);
      }
    }
  };
  enforce({});
  expect(true);
  enforce({kDenyEgress});
  expect(false);
  enforce({});
  expect(true);
}

// An isolated pod without IPv6 addresses in the API still has these.
TEST_P(LinkLocal, Line24_HoldsForPodsThatHaveOnlyIpv4) {
  BUILD_PODS_OR_SKIP();
  for (const auto* name : {"default/closed", "other/x", "other/y"}) {
    edit_pod(name, [&](Pod& pod) {
      std::erase_if(pod.addresses, [](const auto& each) { return each.family == Family::kIpv6; });
    });
  }
  enforce({kDenyBoth});
  EXPECT_FALSE(
      reaches("other/x", "default/closed", datagram(local("other/x"), local("default/closed"))));
  EXPECT_FALSE(
      reaches("default/closed", "other/x", datagram(local("default/closed"), local("other/x"))));
}

// An error about traffic between other/x and other/y, from the address that any pod may have.
TEST_P(LinkLocal, Line14_IsNoRoutersAddress) {
  BUILD_PODS_OR_SKIP();
  enforce({kDenyEgress});
  const auto question = datagram(global("other/x"), global("other/y"));
  ASSERT_TRUE(reaches("other/x", "other/y", question));
  const auto error = [&](const Address& source) {
    return icmp_error(source, global("other/x"), {ICMP6_DST_UNREACH, 0}, question);
  };
  count_arrivals("other/x", {"icmpv6 type 1 ip6 saddr " + to_string(local("default/closed"))});
  EXPECT_FALSE(reaches("default/closed", "other/x", error(local("default/closed"))));
  enforce({policy("other/x", "\n  podSelector: {}\n")});
  EXPECT_FALSE(reaches("default/closed", "other/x", error(local("default/closed"))));
}

// | target address | option: type, length, address |
Bytes solicitation_of(const Address& target, std::size_t size) {
  Bytes body(size - 4, 0);
  for (std::size_t i = 0; i < 16; ++i)
    body[4 + i] = static_cast<std::uint8_t>(target.value >> (120 - 8 * i));
  for (std::size_t option = 20; option < body.size(); option += 8) {
    body[option] = 14;  // RFC 3971: a nonce, of which there may be many
    body[option + 1] = 1;
  }
  return body;
}

TEST_P(LinkLocal, Line17_NeighbourDiscoveryIsAsLongAsItNeeds) {
  BUILD_PODS_OR_SKIP();
  enforce({kDenyBoth});
  // Before it has an address, a pod may ask for its own only.
  const auto solicit = [&](const Address& source, std::size_t size) {
    const auto target = global(source == kUnspecified ? "default/closed" : "other/x");
    return icmpv6_message(source, global("other/x"), ND_NEIGHBOR_SOLICIT,
                          solicitation_of(target, size), 255);
  };
  count_arrivals("other/x", {"icmpv6 type 135 ip6 daddr " + to_string(global("other/x"))});
  for (const auto& source : {local("default/closed"), global("default/closed"), kUnspecified}) {
    SCOPED_TRACE("from " + to_string(source));
    EXPECT_TRUE(reaches("default/closed", "other/x", solicit(source, 24)));
    EXPECT_TRUE(reaches("default/closed", "other/x", solicit(source, 32)));
    EXPECT_FALSE(reaches("default/closed", "other/x", solicit(source, 40)));
    EXPECT_FALSE(reaches("default/closed", "other/x", solicit(source, 1200)));
  }
}

// What every pod must send to obtain addresses at all; these are from a pod that is not isolated.
TEST_P(LinkLocal, Line17_RouterSolicitationsAndMldReports) {
  BUILD_PODS_OR_SKIP();
  enforce({kDenyBoth});
  // The kernel's own reports have an additional header in between.
  count_arrivals("other/x", {"ip6 nexthdr icmpv6 icmpv6 type { 133, 143 }"});
  for (const auto& source : {local("other/y"), kUnspecified}) {
    SCOPED_TRACE("from " + to_string(source));
    const auto solicitation = [&](std::size_t size) {
      return icmpv6_message(source, kAllRouters, ND_ROUTER_SOLICIT, Bytes(size - 4, 0), 255);
    };
    EXPECT_TRUE(reaches_group("other/y", "other/x", solicitation(8)));
    EXPECT_TRUE(reaches_group("other/y", "other/x", solicitation(16)));
    EXPECT_FALSE(reaches_group("other/y", "other/x", solicitation(200)));
    const auto report = [&](std::size_t size) {
      return icmpv6_message(source, kAllMldv2Routers, 143, Bytes(size - 4, 0), 1);
    };
    EXPECT_TRUE(reaches_group("other/y", "other/x", report(28)));
    EXPECT_FALSE(reaches_group("other/y", "other/x", report(400)));
  }
}

}  // namespace
}  // namespace portcullis::test
