// SEMANTICS, lines 27 to 29: ICMP, odd packets, and what a denial looks like.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test {
namespace {

class OddPackets : public PacketTest {
 protected:
  // Sends once, and waits until our rules have counted the whole datagram as dropped.
  void expect_dropped(const Talker& from, const Talker& to, std::size_t size) {
    const auto before = dropped_packets("node-1");
    const auto serial = from.send_to(to, size);
    ASSERT_TRUE(serial);
    EXPECT_TRUE(wait_until([&] { return dropped_packets("node-1") == before + 1; }));
    EXPECT_FALSE(has_arrived({*serial}, to));
  }

  void set_on_nodes(const Sysctl& sysctl) {
    for (const auto& name : playground().topology().nodes) {
      const auto done = set_sysctls(playground().endpoint(name).netns, {sysctl});
      ASSERT_TRUE(done) << done.error().message;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, OddPackets, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::vector<Traffic> kListens = {tcp(80), udp(80), sctp(80)};

Topology three_pods() {
  return {.pods = {{.name = "web", .labels = {{"app", "web"}}, .listens = kListens},
                   {.name = "client", .labels = {{"app", "client"}}, .listens = kListens},
                   {.name = "stranger", .listens = kListens}}};
}

std::string web_allows(const std::string& ports) {
  return policy("default/web", R"(
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: client}}}]
)" + ports);
}

const std::string kEveryPort = "    ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]\n";

TEST_P(OddPackets, Line27_IcmpNeedsARuleWithoutPorts) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  enforce({web_allows(kEveryPort)});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP 80/UDP 80/SCTP: allowed
  default/client, default/stranger -> default/web  ICMP: denied
)"));
  enforce({web_allows("")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP ICMP: allowed
  default/stranger -> default/web  80/TCP ICMP: denied
)"));
}

// The acknowledgement of a connection that nobody made, which a strict connection tracking calls
// invalid and a loose one new. A pod that gets it resets.
TEST_P(OddPackets, Line27_InvalidPacketsAreJudgedLikeNewOnes) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  enforce({web_allows("    ports: [{port: 80}]\n")});
  for (const auto* loose : {"0", "1"}) {
    SCOPED_TRACE(loose);
    set_on_nodes({"net/netfilter/nf_conntrack_tcp_loose", loose});
    EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP-ACK: refused
  default/client -> default/web  81/TCP-ACK: denied
  default/stranger -> default/web  80/TCP-ACK: denied
)"));
  }
}

// Nothing recognises their replies either: those of an isolated pod need a rule of its egress.
TEST_P(OddPackets, Line27_UntrackedPacketsAreJudgedLikeNewOnes) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  for (const auto& node : playground().topology().nodes) {
    load_nft(node,
             "table inet untracked {\nchain c {\ntype filter hook prerouting priority raw\n"
             "notrack\n}\n}\n");
  }
  enforce({web_allows("")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP 80/UDP 80/SCTP ICMP: allowed
  default/stranger -> default/web  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
}

constexpr std::size_t kFragmented = 4000;  // bytes: three fragments

TEST_P(OddPackets, Line28_FragmentsAreJudgedAsTheWholePacket) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  enforce({web_allows("    ports: [{port: 4000, protocol: UDP}]\n")});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(family == Family::kIpv4 ? "IPv4" : "IPv6");
    const Talker server(playground().endpoint("default/web"), family, 4000);
    const Talker other_port(playground().endpoint("default/web"), family, 4001);
    const Talker client(playground().endpoint("default/client"), family);
    const Talker stranger(playground().endpoint("default/stranger"), family);
    EXPECT_TRUE(reaches(client, server, kFragmented));
    EXPECT_TRUE(reaches(server, client, kFragmented)) << "replies in fragments";
    expect_dropped(client, other_port, kFragmented);
    expect_dropped(stranger, server, kFragmented);
  }
}

TEST_P(OddPackets, Line28_UdpAndSctpAreStateful) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  enforce({web_allows("    ports: [{port: 80, protocol: UDP}, {port: 80, protocol: SCTP}]\n"),
           policy("default/client", R"(
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Ingress]
)")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/UDP 80/SCTP: allowed
  default/web -> default/client  80/UDP 80/SCTP: denied
)"));
}

// Whether anybody listens there or not.
TEST_P(OddPackets, Line29_DenialIsSilence) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  enforce({policy("default/deny", R"(
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
)")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP 80/UDP 80/SCTP 99/TCP 99/UDP 99/SCTP ICMP: denied
  default/web -> default/client  80/TCP 80/UDP 80/SCTP 99/TCP 99/UDP 99/SCTP ICMP: denied
  default/stranger -> default/client  99/TCP 99/UDP 99/SCTP: refused
)"));
}

}  // namespace
}  // namespace portcullis::test
