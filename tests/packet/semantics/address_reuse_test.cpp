// SEMANTICS, line 22: connections of an address's former pod do not reach the next one.
#include <algorithm>

#include "compiler/cluster/address_owner.h"
#include "daemon/netlink/conntrack/conntrack.h"
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/stream.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test {
namespace {

class AddressReuse : public PacketTest {
 protected:
  void put(const Pod& pod) { objects().apply(PodEvent{pod.key, std::make_shared<const Pod>(pod)}); }

  // As the daemon does once the kernel enforces the new ownership (see daemon_conntrack_test.cpp).
  void forget(const std::vector<Address>& addresses) {
    for (const auto& name : playground().topology().nodes) {
      playground().endpoint(name).netns.run([&] {
        const auto forgotten = nl::Conntrack::open().and_then(
            [&](nl::Conntrack conntrack) { return conntrack.forget(addresses); });
        ASSERT_TRUE(forgotten) << forgotten.error().message;
        EXPECT_GE(forgotten->deleted, 1U);
      });
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, AddressReuse, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const Topology kTwoPods{
    .pods = {{.name = "a", .labels = {{"app", "old"}}}, {.ns = "other", .name = "b"}}};

const std::string kDenyNew = policy("default/deny-new", R"(
  podSelector: {matchLabels: {app: new}}
)");

// Another pod with the addresses of one that is gone.
Pod successor_of(const Pod& former) {
  Pod next = former;
  next.key.name += "-next";
  ++next.uid;
  next.labels = Labels{{"app", "new"}};
  return next;
}

std::vector<Address> sorted(std::vector<Address> addresses) {
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

TEST_P(AddressReuse, Line22_ConnectionsOfTheFormerPodDoNotReachTheNextOne) {
  BUILD_OR_SKIP(in(GetParam(), kTwoPods));
  const Pod former = pod("default/a");
  const Pod next = successor_of(former);
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    objects().apply(PodEvent{next.key, nullptr});
    put(former);
    enforce({kDenyNew});
    const Talker server(playground().endpoint("default/a"), family);
    const Talker client(playground().endpoint("other/b"), family);
    ASSERT_TRUE(reaches(client, server));
    ASSERT_TRUE(reaches(server, client));
    const auto owners = address_owners(objects());
    delete_pod("default/a");
    put(next);
    enforce({kDenyNew});
    const auto dropped = dropped_packets("node-1");
    ASSERT_TRUE(reaches(client, server)) << "an established connection outlives policies";
    ASSERT_EQ(dropped_packets("node-1"), dropped);
    const auto lost = lost_addresses(owners, address_owners(objects()));
    ASSERT_EQ(lost, sorted(former.addresses));
    forget(lost);
    std::set<Talker::Serial> sent;
    EXPECT_TRUE(wait_until([&] {
      if (const auto serial = client.send_to(server)) sent.insert(*serial);
      return dropped_packets("node-1") > dropped;
    }));
    EXPECT_FALSE(sent.empty());
    EXPECT_FALSE(has_arrived(sent, server));
  }
}

constexpr std::uint16_t kDirect = 9000;
constexpr std::uint16_t kTarget = 9001;

// Other addresses that lead to default/a.
Service service_of(const Endpoint& pod, Family family) {
  return {.name = "a",
          .cluster_ip = *parse_address(family == Family::kIpv4 ? "10.96.0.10" : "fd00:10:96::10"),
          .port = 80,
          .pod = pod.address(family),
          .target_port = kTarget,
          .pod_node = pod.node};
}

// Also its egress, since its side of a connection would otherwise be tracked again.
const std::string kDenyNewBoth = policy("default/deny-new", R"(
  podSelector: {matchLabels: {app: new}}
  policyTypes: [Ingress, Egress]
)");

TEST_P(AddressReuse, Line22_TcpConnectionsDoNotReachTheNextOneDirectlyOrThroughAService) {
  BUILD_OR_SKIP(in(GetParam(), kTwoPods));
  const Endpoint& a = playground().endpoint("default/a");
  const Endpoint& b = playground().endpoint("other/b");
  const auto served =
      serve(playground(), {service_of(a, Family::kIpv4), service_of(a, Family::kIpv6)},
            ProxyMode::kNftables);
  ASSERT_TRUE(served) << served.error().message;
  const Pod former = pod("default/a");
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const Service service = service_of(a, family);
    objects().apply(PodEvent{successor_of(former).key, nullptr});
    put(former);
    enforce({kDenyNewBoth});
    const auto connect = [&](std::uint16_t port, std::optional<ServiceAddress> via) {
      return Stream::connect({&b.netns, b.address(family)}, {&a.netns, a.address(family)}, port,
                             via);
    };
    const auto direct = connect(kDirect, {});
    const auto through_service = connect(kTarget, ServiceAddress{service.cluster_ip, service.port});
    ASSERT_TRUE(direct && through_service);
    delete_pod("default/a");
    put(successor_of(former));
    enforce({kDenyNewBoth});
    ASSERT_TRUE(direct->goes_on() && through_service->goes_on());
    forget(former.addresses);
    for (const auto* stream : {&*direct, &*through_service}) {
      const auto dropped = dropped_packets("node-1");
      ASSERT_TRUE(stream->client().send());
      EXPECT_TRUE(wait_until([&] { return dropped_packets("node-1") > dropped; }));
      EXPECT_FALSE(stream->server().receive());
    }
  }
}

}  // namespace
}  // namespace portcullis::test
