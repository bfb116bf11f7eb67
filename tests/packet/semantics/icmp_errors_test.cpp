// SEMANTICS, line 14: ICMP errors about allowed connections, from routers on the way and from the
// far end.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/raw_packet.h"
#include "tests/support/rig/socket.h"
#include "tests/support/rig/socket_error.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kPort = 4000;
constexpr int kMtu = 1280;  // of what lies beyond the internet

Address beyond(Family family) {
  return *parse_address(family == Family::kIpv4 ? "203.0.113.9" : "2001:db8:113::9");
}

Address unreachable(Family family) {
  return *parse_address(family == Family::kIpv4 ? "198.51.100.9" : "2001:db8:51::9");
}

// default/a is on the first node, other/b on the second if there are two.
//
//     default/a ---- node-1 ---- internet (a router) ---- a narrow link, without anyone on it
class IcmpErrors : public PacketTest {
 protected:
  void build_way_beyond() {
    const std::vector<Traffic> listens = {tcp(80), udp(80), sctp(80), gre()};
    BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "a", .listens = listens},
                                           {.ns = "other", .name = "b", .listens = listens}},
                                  .hosts = {{.name = "internet"}}}));
    const Endpoint& internet = playground().endpoint("internet");
    const std::string by4 = " via " + to_string(internet.ipv4);
    const std::string by6 = " via " + to_string(internet.ipv6);
    ASSERT_TRUE(run_ip(playground().endpoint("node-1").netns,
                       {"route add 203.0.113.0/24" + by4, "route add 2001:db8:113::/64" + by6,
                        "route add 198.51.100.0/24" + by4, "route add 2001:db8:51::/64" + by6}));
    ASSERT_TRUE(
        run_ip(internet.netns,
               {"link add narrow mtu 1280 type veth peer name end", "link set narrow up",
                "link set end up", "route add 203.0.113.0/24 dev narrow",
                "route add 2001:db8:113::/64 dev narrow", "route add unreachable 198.51.100.0/24",
                "route add unreachable 2001:db8:51::/64"}));
    ASSERT_TRUE(set_sysctls(internet.netns,
                            {{"net/ipv4/ip_forward", "1"}, {"net/ipv6/conf/all/forwarding", "1"}}));
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, IcmpErrors, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

#define BUILD_WAY_BEYOND_OR_SKIP() \
  build_way_beyond();              \
  if (IsSkipped() || HasFatalFailure()) return

struct Datagram {
  int hop_limit = 64;
  std::size_t size = 1;
};

// Sends unfragmentable datagrams from port 4000 to port 4000 until somebody sends an error.
std::optional<SocketError> error_about(const Endpoint& from, const Address& to,
                                       const Datagram& datagram) {
  const Family family = to.family;
  const bool v4 = family == Family::kIpv4;
  const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int uncut = IP_PMTUDISC_PROBE;  // and IPV6_PMTUDISC_PROBE
  FileDescriptor socket;
  from.netns.run([&] {
    socket = open_socket(Transport::kUdp, family);
    const SocketAddress own(from.address(family), kPort);
    EXPECT_EQ(bind(socket.get(), own.get(), own.size()), 0);
  });
  setsockopt(socket.get(), level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, &datagram.hop_limit,
             sizeof(int));
  setsockopt(socket.get(), level, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &uncut, sizeof(int));
  const SocketAddress peer(to, kPort);
  const std::vector<char> bytes(datagram.size, 'x');
  std::optional<SocketError> error;
  wait_until(
      [&] {
        sendto(socket.get(), bytes.data(), bytes.size(), 0, peer.get(), peer.size());
        error = take_error(socket.get());
        return error.has_value();
      },
      std::chrono::seconds(5));
  return error;
}

const std::string kRepliesOnly = policy("default/replies-only", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{ports: [{port: 4000, protocol: UDP}]}]
)");

TEST_P(IcmpErrors, Line14_TimeExceededComesFromARouter) {
  BUILD_WAY_BEYOND_OR_SKIP();
  enforce({kDenyIngress});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(family == Family::kIpv4 ? "IPv4" : "IPv6");
    const auto error =
        error_about(playground().endpoint("default/a"), beyond(family), {.hop_limit = 2});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->type, family == Family::kIpv4 ? 11 : 3);
    EXPECT_EQ(error->offender, playground().endpoint("internet").address(family));
  }
}

TEST_P(IcmpErrors, Line14_PacketTooBigComesFromARouter) {
  BUILD_WAY_BEYOND_OR_SKIP();
  enforce({kDenyIngress});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(family == Family::kIpv4 ? "IPv4" : "IPv6");
    const auto error =
        error_about(playground().endpoint("default/a"), beyond(family), {.size = 1400});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->error, EMSGSIZE);
    EXPECT_EQ(error->mtu, kMtu);
    EXPECT_EQ(error->offender, playground().endpoint("internet").address(family));
  }
}

// A router may report errors about replies, too, though it may not open connections itself.
TEST_P(IcmpErrors, Line14_PacketTooBigIsAboutReplies) {
  BUILD_WAY_BEYOND_OR_SKIP();
  const Endpoint& a = playground().endpoint("default/a");
  const Endpoint& internet = playground().endpoint("internet");
  enforce({kRepliesOnly});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(family == Family::kIpv4 ? "IPv4" : "IPv6");
    const auto question = udp_packet(beyond(family), a.address(family), {kPort, kPort}, {'?'});
    ASSERT_TRUE(send_raw(internet, encode(question)));
    const auto error = error_about(a, beyond(family), {.size = 1400});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->error, EMSGSIZE);
    EXPECT_EQ(error->offender, internet.address(family));
  }
}

TEST_P(IcmpErrors, Line14_HostUnreachableIsAboutEveryProtocol) {
  BUILD_WAY_BEYOND_OR_SKIP();
  enforce({kDenyIngress});
  std::vector<Probe> probes;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto& traffic : {tcp(80), udp(80), sctp(80), gre(), icmp()}) {
      const ServiceAddress to{unreachable(family), traffic.port};
      probes.push_back({.from = "default/a",
                        .to = "internet",
                        .traffic = traffic,
                        .family = family,
                        .expected = Outcome::kRefused,
                        .via = to,
                        .seen_to = to});
    }
  }
  EXPECT_TRUE(outcomes_are(probes));
}

// For the far pod's own firewall.
TEST_P(IcmpErrors, Line14_RejectionsOfThePodsOwnFirewall) {
  BUILD_WAY_BEYOND_OR_SKIP();
  for (const auto* pod : {"default/a", "other/b"}) {
    load_nft(
        pod,
        "table inet t {\nchain c {\ntype filter hook input priority 0\n"
        "meta l4proto { tcp, udp, sctp } th dport 99 reject with icmpx admin-prohibited\n}\n}\n");
  }
  enforce({kDenyIngress});
  EXPECT_TRUE(traffic_is("default/a -> other/b  99/TCP 99/UDP 99/SCTP: refused\n"));
  enforce({kDenyEgress});
  EXPECT_TRUE(traffic_is("other/b -> default/a  99/TCP 99/UDP 99/SCTP: refused\n"));
}

}  // namespace
}  // namespace portcullis::test
