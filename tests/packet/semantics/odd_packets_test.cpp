// SEMANTICS, lines 27 to 29: ICMP, unusual packets, and how a denial appears.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/command.h"

namespace portcullis::test {
namespace {

class OddPackets : public PacketTest {
 protected:
  void set_on_nodes(const Sysctl& sysctl) {
    for (const auto& name : playground().topology().nodes) {
      const auto done = set_sysctls(playground().endpoint(name).netns, {sysctl});
      ASSERT_TRUE(done) << done.error().message;
    }
  }

  // Counts on every node what a rule matches just before our chain.
  void count_on_nodes(const std::string& match) {
    for (const auto& node : playground().topology().nodes) {
      load_nft(node, "table inet watch {\nchain c {\ntype filter hook forward priority -2\n" +
                         match + " counter\n}\n}\n");
    }
  }

  // On the node of default/web, and on that of default/client if it is another.
  std::size_t counted_into_web() { return counted_packets("node-1", "inet watch"); }
  std::size_t counted_out_of_client() {
    return counted_packets(playground().endpoint("default/client").node, "inet watch");
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

std::string client_may_use(const std::string& ports) {
  return policy("default/client", R"(
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: web}}}]
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

// An ACK of a connection that does not exist: invalid for strict connection tracking, new for
// loose. A pod that receives it resets.
TEST_P(OddPackets, Line27_InvalidPacketsAreJudgedLikeNewOnes) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  count_on_nodes("tcp flags & (rst | ack) == ack ct state invalid");
  for (const bool strict : {true, false}) {
    SCOPED_TRACE(strict ? "strict" : "loose");
    set_on_nodes({"net/netfilter/nf_conntrack_tcp_loose", strict ? "0" : "1"});
    const auto expect_invalid = [&](std::size_t count) {
      if (strict)
        EXPECT_GE(count, 6U) << "of 6 probes";
      else
        EXPECT_EQ(count, 0U);
    };
    auto before = counted_into_web();
    enforce({web_allows("    ports: [{port: 80}]\n")});
    EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP-ACK: refused
  default/client -> default/web  81/TCP-ACK: denied
  default/stranger -> default/web  80/TCP-ACK: denied
)"));
    expect_invalid(counted_into_web() - before);

    before = counted_out_of_client();
    enforce({client_may_use("    ports: [{port: 80}]\n")});
    EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP-ACK: refused
  default/client -> default/web  81/TCP-ACK: denied
  default/client -> default/stranger  80/TCP-ACK: denied
)"));
    expect_invalid(counted_out_of_client() - before);
  }
}

// Their replies are not recognised either: those of an isolated pod need a rule for its egress.
TEST_P(OddPackets, Line27_UntrackedPacketsAreJudgedLikeNewOnes) {
  BUILD_OR_SKIP(in(GetParam(), three_pods()));
  for (const auto& node : playground().topology().nodes) {
    load_nft(node,
             "table inet untracked {\nchain c {\ntype filter hook prerouting priority raw\n"
             "notrack\n}\n}\n");
  }
  count_on_nodes("ct state untracked");
  enforce({web_allows("")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP 80/UDP 80/SCTP ICMP: allowed
  default/stranger -> default/web  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
  EXPECT_GE(counted_into_web(), 16U) << "of 16 probes";
  const auto before = counted_out_of_client();
  enforce({client_may_use("")});
  EXPECT_TRUE(traffic_is(R"(
  default/client -> default/web  80/TCP 80/UDP 80/SCTP ICMP: allowed
  default/client -> default/stranger  80/TCP 80/UDP 80/SCTP ICMP: denied
)"));
  EXPECT_GE(counted_out_of_client() - before, 16U) << "of 16 probes";
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
