// SEMANTICS, line 14: an ICMP error passes with the connection that it quotes, if an end of it or a
// non-pod address sends it. Others, and redirects, are judged like new packets.
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "tests/packet/semantics/arrivals.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

constexpr UdpPorts kPorts{4000, 4001};

std::vector<IcmpType> errors(Family family) {
  if (family == Family::kIpv6) {
    return {{ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT},
            {ICMP6_PACKET_TOO_BIG, 0},
            {ICMP6_TIME_EXCEEDED, 0},
            {ICMP6_PARAM_PROB, 0}};
  }
  return {{ICMP_UNREACH, ICMP_UNREACH_PORT}, {ICMP_TIMXCEED, 0}, {ICMP_PARAMPROB, 0}};
}

// Conntrack also calls these related.
std::vector<IcmpType> never_passed(Family family) {
  if (family == Family::kIpv6) return {{100, 0}};  // RFC 4443: an error for private experiments
  return {{ICMP_REDIRECT, ICMP_REDIRECT_HOST}, {ICMP_SOURCEQUENCH, 0}};
}

// other/b talks to other/c; only these two are ends of that connection. default/a is on the first
// node, beside other/c, and other/b on the second if there are two.
class ForgedIcmpErrors : public ArrivalsTest {
 protected:
  void build_ends() {
    const std::vector<Traffic> listens = {udp(kPorts.destination)};
    build(in(GetParam(),
             {.pods = {{.name = "a"},
                       {.ns = "other", .name = "b", .labels = {{"pod", "b"}}},
                       {.ns = "other", .name = "c", .labels = {{"pod", "c"}}, .listens = listens}},
              .hosts = {{.name = "internet"}}}));
  }

  RawPacket question(Family family) {
    return udp_packet(address("other/b", family), address("other/c", family), kPorts, {'?'});
  }

  void connect(Family family) {
    count_arrivals("other/c", {"udp dport 4001"});
    ASSERT_TRUE(arrives("other/c", [&] {
      return send_raw(playground().endpoint("other/b"), encode(question(family)));
    }));
  }

  // Whether other/b gets an error about its request.
  bool is_heard(const std::string& from, Family family, const IcmpType& type) {
    const bool v4 = family == Family::kIpv4;
    const auto& source = address(from, family);
    const auto number = std::to_string(type.type);
    count_arrivals("other/b", {v4 ? "ip saddr " + to_string(source) + " icmp type " + number
                                  : "ip6 saddr " + to_string(source) + " icmpv6 type " + number});
    const auto error = icmp_error(source, address("other/b", family), type, question(family));
    return arrives("other/b", [&] { return send_raw(playground().endpoint(from), encode(error)); });
  }

 private:
  const Address& address(const std::string& name, Family family) {
    return playground().endpoint(name).address(family);
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, ForgedIcmpErrors, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

#define BUILD_ENDS_OR_SKIP() \
  build_ends();              \
  if (IsSkipped() || HasFatalFailure()) return

std::string trace_of(Family family, const IcmpType& type) {
  return (family == Family::kIpv4 ? "ICMP type " : "ICMPv6 type ") + std::to_string(type.type);
}

std::string isolated(const std::string& pod, const std::string& direction) {
  return policy("other/isolated", "\n  podSelector: {matchLabels: {pod: " + pod +
                                      "}}\n  policyTypes: [" + direction + "]\n");
}

TEST_P(ForgedIcmpErrors, Line14_NoPodSendsThemOutOfItsIsolation) {
  BUILD_ENDS_OR_SKIP();
  enforce({kDenyEgress});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    connect(family);
    for (const auto& type : errors(family)) {
      SCOPED_TRACE(trace_of(family, type));
      EXPECT_FALSE(is_heard("default/a", family, type));
      EXPECT_TRUE(is_heard("other/c", family, type));
      EXPECT_TRUE(is_heard("internet", family, type));
    }
  }
}

// A pod of another node is not a local pod: there only its own egress is judged.
TEST_P(ForgedIcmpErrors, Line14_NoLocalPodSendsThemIntoTheIsolationOfAnother) {
  BUILD_ENDS_OR_SKIP();
  enforce({isolated("b", "Ingress")});
  const bool local = GetParam().nodes == 1;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    connect(family);
    for (const auto& type : errors(family)) {
      SCOPED_TRACE(trace_of(family, type));
      EXPECT_EQ(is_heard("default/a", family, type), !local);
      EXPECT_TRUE(is_heard("other/c", family, type));
      EXPECT_TRUE(is_heard("internet", family, type));
    }
  }
}

TEST_P(ForgedIcmpErrors, Line14_AnIsolatedEndSendsErrorsAboutItsConnections) {
  BUILD_ENDS_OR_SKIP();
  enforce({isolated("c", "Egress")});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    connect(family);
    for (const auto& type : errors(family)) {
      SCOPED_TRACE(trace_of(family, type));
      EXPECT_TRUE(is_heard("other/c", family, type));
    }
  }
}

// Nor does anything else that conntrack treats as an error.
TEST_P(ForgedIcmpErrors, Line14_RedirectsAreNoErrors) {
  BUILD_ENDS_OR_SKIP();
  enforce({isolated("b", "Ingress")});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    connect(family);
    for (const auto& type : never_passed(family)) {
      SCOPED_TRACE(trace_of(family, type));
      for (const auto* from : {"default/a", "other/c", "internet"})
        EXPECT_FALSE(is_heard(from, family, type)) << from;
    }
  }
  enforce({isolated("c", "Egress")});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    connect(family);
    for (const auto& type : never_passed(family)) {
      SCOPED_TRACE(trace_of(family, type));
      EXPECT_FALSE(is_heard("other/c", family, type));
      EXPECT_TRUE(is_heard("default/a", family, type)) << "as any new packet";
    }
  }
}

}  // namespace
}  // namespace portcullis::test
