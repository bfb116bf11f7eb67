// The rig itself: what it builds and sees, and that it leaves nothing behind.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "tests/packet/fixture.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/poll.h"
#include "tests/support/rig/sctp.h"

namespace portcullis::test {
namespace {

const std::vector<Traffic> kEveryTraffic = {tcp(80), udp(53), sctp(9999)};

Topology small_cluster() {
  return {.node_listens = kEveryTraffic,
          .pods = {{.name = "a", .listens = kEveryTraffic},
                   {.name = "b", .listens = kEveryTraffic},
                   {.ns = "other", .name = "c", .listens = kEveryTraffic}},
          .hosts = {{.name = "internet", .listens = kEveryTraffic}}};
}

void add_over_both(std::vector<Probe>& probes, Probe probe) {
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    probe.family = family;
    probes.push_back(probe);
  }
}

class Rig : public PacketTest {
 protected:
  void load_rule(const std::string& node, const std::string& rule) {
    load_nft(node, "table inet t {\nchain c {\ntype filter hook forward priority 0\n" + rule +
                       "\n}\n}\n");
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, Rig, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Rig, EveryoneReachesEveryoneWithoutRules) {
  BUILD_OR_SKIP(in(GetParam(), small_cluster()));
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));
}

TEST_P(Rig, SeesWhatTheForwardHookDropsAndNothingElse) {
  BUILD_OR_SKIP(in(GetParam(), small_cluster()));
  for (const auto& node : playground().topology().nodes)
    load_rule(node, "meta l4proto { tcp, udp, sctp } th dport { 80, 53 } drop");
  EXPECT_TRUE(reachability_is([](const Flow& flow) {
    if (flow.traffic == icmp() || flow.traffic == sctp(9999)) return true;
    if (flow.from.name == flow.to.name) return true;
    if (flow.from.is_node() && flow.to.is_node()) return true;
    return flow.from.is_node() || flow.to.is_node() ? flow.from.node == flow.to.node : false;
  }));
}

TEST_P(Rig, AnswersPassByTheirConnectionTracking) {
  BUILD_OR_SKIP(in(GetParam(), small_cluster()));
  const std::string a4 = to_string(playground().endpoint("default/a").ipv4);
  const std::string a6 = to_string(playground().endpoint("default/a").ipv6);
  load_rule("node-1", "ct state established accept; ip daddr " + a4 + " drop; ip6 daddr " + a6 +
                          " meta l4proto { tcp, udp, sctp } drop;");
  std::vector<Probe> probes;
  for (const auto& traffic : kEveryTraffic) {
    add_over_both(probes, {"default/b", "default/a", traffic, {}, Outcome::kDenied});
    add_over_both(probes, {"default/a", "default/b", traffic, {}, Outcome::kAllowed});
  }
  EXPECT_TRUE(outcomes_are(probes));
}

TEST_P(Rig, RefusalIsNoDenial) {
  BUILD_OR_SKIP(in(GetParam(), small_cluster()));
  std::vector<Probe> closed;
  for (const auto& traffic : {tcp(81), udp(81), sctp(81), gre()})
    add_over_both(closed, {"default/b", "default/a", traffic, {}, Outcome::kRefused});
  EXPECT_TRUE(outcomes_are(closed));

  load_rule("node-1",
            "meta l4proto { tcp, udp, sctp, icmp } reject with icmpx admin-prohibited;"
            "icmpv6 type echo-request reject with icmpx admin-prohibited;");
  std::vector<Probe> rejected;
  for (const auto& traffic : {tcp(80), udp(53), sctp(9999), icmp()})
    add_over_both(rejected, {"default/b", "default/a", traffic, {}, Outcome::kRefused});
  EXPECT_TRUE(outcomes_are(rejected));
}

TEST_P(Rig, ReportsWhatWasNotExpected) {
  BUILD_OR_SKIP(in(GetParam(), small_cluster()));
  std::vector<Probe> wrong;
  add_over_both(wrong, {"default/b", "default/a", tcp(80), {}, Outcome::kDenied});
  const auto result = outcomes_are(wrong);
  EXPECT_FALSE(result);
  EXPECT_STREQ(result.message(),
               "2 of 2 probes were not as expected:\n"
               "  default/b -> default/a 80/TCP over IPv4: allowed, expected denied\n"
               "  default/b -> default/a 80/TCP over IPv6: allowed, expected denied\n"
               "           default/a      \n"
               "           80/TCP         \n"
               "default/b  allow, not deny\n");
}

using RigOnce = Rig;

TEST_F(RigOnce, ErrorOfAProbeHasItsReason) {
  BUILD_OR_SKIP(small_cluster());
  EXPECT_TRUE(outcomes_are({{.from = "default/a",
                             .to = "default/b",
                             .traffic = tcp(80),
                             .expected = Outcome::kError,
                             .via = ServiceAddress{*parse_address("255.255.255.255")}}}));
}

// Nobody has the address, so the prober's own kernel answers.
TEST_F(RigOnce, AMissingNeighbourIsAnErrorAndNoRefusal) {
  BUILD_OR_SKIP(small_cluster());
  const auto& netns = playground().endpoint("default/a").netns;
  ASSERT_TRUE(set_sysctls(netns, {{"net/ipv4/neigh/eth0/retrans_time_ms", "50"},
                                  {"net/ipv6/neigh/eth0/retrans_time_ms", "50"}}));
  ASSERT_TRUE(run_ip(netns, {"route add 203.0.113.0/24 dev eth0 src 10.244.1.10",
                             "route add 2001:db8:113::/64 dev eth0 src fd00:10:244:1::a"}));
  std::vector<Probe> probes;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const auto nobody = family == Family::kIpv4 ? "203.0.113.9" : "2001:db8:113::9";
    for (const auto& traffic : {tcp(80), udp(80), sctp(80), icmp(), gre()}) {
      probes.push_back({.from = "default/a",
                        .to = "default/b",
                        .traffic = traffic,
                        .family = family,
                        .expected = Outcome::kError,
                        .via = ServiceAddress{*parse_address(nobody)}});
    }
  }
  EXPECT_TRUE(outcomes_are(probes));
}

TEST_F(RigOnce, GivenAddressesAreTaken) {
  BUILD_OR_SKIP((Topology{.pods = {{.name = "a", .ipv4 = "10.9.8.7", .ipv6 = "fd12::7"},
                                   {.name = "b", .listens = {tcp(1)}, .ipv4 = "10.0.0.9"}},
                          .hosts = {{.name = "x", .listens = {tcp(443)}, .ipv4 = "10.0.0.5"},
                                    {.name = "y", .ipv4 = "10.1.0.5", .ipv6 = "2001:db8:1::5"}}}));
  EXPECT_EQ(to_string(playground().endpoint("default/a").ipv4), "10.9.8.7");
  EXPECT_EQ(to_string(playground().endpoint("y").ipv6), "2001:db8:1::5");
  EXPECT_EQ(to_string(playground().endpoint("x").ipv6), "2001:db8::a");
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));
}

TEST_F(RigOnce, DefectsOfATopologyNameTheEndpoint) {
  BUILD_OR_SKIP(Topology{});
  const auto message_of = [](const Topology& topology) {
    const auto built = Playground::build(topology);
    return built ? std::string() : built.error().message;
  };
  EXPECT_EQ(message_of({.pods = {{.name = "a", .node = "nowhere"}}}),
            "topology: default/a: there is no node 'nowhere'");
  EXPECT_EQ(message_of({.pods = {{.name = "a", .ipv4 = "fd00::1"}}}),
            "topology: default/a: wrong family: fd00::1");
  EXPECT_EQ(message_of({.pods = {{.name = "a"}, {.name = "a"}}}),
            "topology: two endpoints are called default/a");
}

TEST_F(RigOnce, ThousandsOfProbesAtOnce) {
  Topology topology;
  for (int i = 0; i < 20; ++i)
    topology.pods.push_back({.name = "pod-" + std::to_string(i), .listens = kEveryTraffic});
  BUILD_OR_SKIP(topology);
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));  // 3,366 probes
}

// Namespaces cannot be counted from outside, but a link dies with either end's namespace: a link
// from each namespace of the playground into ours shows that it exists.
std::string witness_link(const Endpoint& endpoint) { return "w" + std::to_string(endpoint.number); }

[[noreturn]] void play_until_killed(const Topology& topology, const NetworkNamespace& witness,
                                    int ready) {
  const auto playground = Playground::build(topology);
  char answer = playground ? 'y' : 'n';
  if (playground) {
    const auto prober = Prober::open(*playground);
    for (const auto& endpoint : playground->endpoints()) {
      const auto linked =
          run_ip(endpoint.netns, {"link add w type veth peer name " + witness_link(endpoint) +
                                  " netns " + witness.path()});
      if (!prober || !linked) answer = 'n';
    }
    (void)!write(ready, &answer, 1);
    for (;;) pause();
  }
  (void)!write(ready, &answer, 1);
  _exit(1);
}

std::size_t count_links(const NetworkNamespace& netns) {
  const auto links = run_command(netns, {"ip", "-oneline", "link", "show", "type", "veth"});
  return links ? static_cast<std::size_t>(std::count(links->begin(), links->end(), '\n')) : 99;
}

bool has_process_of_group(pid_t group) { return kill(-group, 0) == 0; }

TEST_P(Rig, KilledItLeavesNothingBehind) {
  const Topology topology = in(GetParam(), small_cluster());
  BUILD_OR_SKIP(topology);  // another one, which tells whether it can be built
  const auto witness = NetworkNamespace::create();
  ASSERT_TRUE(witness) << witness.error().message;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    play_until_killed(topology, *witness, ready[1]);
  }
  close(ready[1]);
  char answer = '?';
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  close(ready[0]);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(count_links(*witness),
            topology.nodes.size() + topology.pods.size() + topology.hosts.size());

  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(has_process_of_group(child));
  EXPECT_TRUE(wait_until([&] { return count_links(*witness) == 0; }));
}

class Ignored : public Watched {
 public:
  using Watched::Watched;
  void on_ready() override {}
};

TEST(Poll, CountsWhatComesInAndNotThatASentPacketHasLeft) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
  Ignored socket{FileDescriptor(ends[0])};
  const FileDescriptor peer(ends[1]);
  Poll poll;
  poll.watch(socket);
  EXPECT_EQ(poll.wait(std::chrono::seconds(1)), 0);  // writable from the beginning
  char byte = 'x';
  ASSERT_EQ(send(socket.fd(), &byte, 1, 0), 1);
  ASSERT_EQ(recv(peer.get(), &byte, 1, 0), 1);  // it has left, and so makes room
  EXPECT_EQ(poll.wait(std::chrono::seconds(1)), 0);
  ASSERT_EQ(send(peer.get(), &byte, 1, 0), 1);
  EXPECT_EQ(poll.wait(std::chrono::seconds(1)), 1);
}

TEST(Sctp, ChecksumIsThatOfTheRfc) {
  const std::vector<std::uint8_t> zeros(32, 0);  // RFC 3720, appendix B.4
  EXPECT_EQ(crc32c(zeros), 0x8a9136aaU);
}

TEST(Sctp, DamagedPacketsAreNoPackets) {
  auto bytes = encode({.source_port = 1, .destination_port = 2, .initiate_tag = 3});
  EXPECT_TRUE(decode_sctp(bytes));
  bytes[20] ^= 1;
  EXPECT_FALSE(decode_sctp(bytes));
  bytes.resize(15);
  EXPECT_FALSE(decode_sctp(bytes));
}

}  // namespace
}  // namespace portcullis::test
