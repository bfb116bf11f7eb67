// SEMANTICS, line 13: pods with addresses of both families.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using DualStack = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, DualStack, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

constexpr const char* kOnlyWithB = "[{podSelector: {matchLabels: {pod: b}}}]";

// The pod as a manifest with this status.
std::string with_status(const Pod& pod, const std::string& status) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {namespace: " + pod.key.ns +
         ", name: " + pod.key.name + ", labels: {pod: " + pod.labels->at("pod") +
         "}}\nspec: {nodeName: " + *pod.node_name + "}\nstatus: " + status + "\n";
}

TEST_P(DualStack, Line13_EveryAddressOfAPodIsEnforcedAndAMember) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({only_with(kOnlyWithB)});
  const std::string both_families = R"(
  p/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP over IPv4: allowed
  p/b -> p/a  80/TCP 80/UDP 80/SCTP ICMP over IPv6: allowed
  p/a -> p/b  80/TCP 80/UDP 80/SCTP ICMP over IPv4: allowed
  p/a -> p/b  80/TCP 80/UDP 80/SCTP ICMP over IPv6: allowed
  p/c, q/b, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP over IPv4: denied
  p/c, q/b, internet -> p/a  80/TCP 80/UDP 80/SCTP ICMP over IPv6: denied
  p/a -> p/c, q/b, internet  80/TCP 80/UDP 80/SCTP ICMP over IPv4: denied
  p/a -> p/c, q/b, internet  80/TCP 80/UDP 80/SCTP ICMP over IPv6: denied
)";
  EXPECT_TRUE(traffic_is(both_families));

  std::vector<std::string> manifests = {only_with(kOnlyWithB)};
  for (const auto* name : {"p/a", "p/b"}) {
    const Endpoint& endpoint = playground().endpoint(name);
    const std::string first = to_string(endpoint.ipv6);
    manifests.push_back(with_status(pod(name), "{phase: Running, podIP: '" + first +
                                                   "', podIPs: [{ip: '" + first +
                                                   "'}, {ip: " + to_string(endpoint.ipv4) + "}]}"));
    delete_pod(name);
  }
  enforce(manifests);
  EXPECT_TRUE(traffic_is(both_families));
}

TEST_P(DualStack, Line13_BlockOfOneFamilySaysNothingAboutTheOther) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  enforce({only_with("[{ipBlock: {cidr: 10.244.0.0/16}}]")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/b -> p/a  80/TCP ICMP over IPv4: allowed
  p/a -> p/b, q/b  80/TCP ICMP over IPv4: allowed
  p/b, q/b, internet -> p/a  80/TCP ICMP over IPv6: denied
  p/a -> p/b, q/b, internet  80/TCP ICMP over IPv6: denied
  internet -> p/a  80/TCP ICMP over IPv4: denied
)"));
  enforce({only_with("[{ipBlock: {cidr: 'fd00:10:244::/48'}}]")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/b -> p/a  80/TCP ICMP over IPv6: allowed
  p/a -> p/b, q/b  80/TCP ICMP over IPv6: allowed
  p/b, q/b, internet -> p/a  80/TCP ICMP over IPv4: denied
  p/a -> p/b, q/b, internet  80/TCP ICMP over IPv4: denied
)"));
  enforce(
      {only_with("[{ipBlock: {cidr: 0.0.0.0/0, except: [10.244.0.0/16]}}, {podSelector: {}}]")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, p/c -> p/a  80/TCP ICMP: allowed
  q/b -> p/a  80/TCP ICMP: denied
  internet -> p/a  80/TCP ICMP over IPv4: allowed
  internet -> p/a  80/TCP ICMP over IPv6: denied
)"));
}

// The address missing in its status belongs to nobody: open, and not a peer.
TEST_P(DualStack, Line13_PodIpAloneIsTheOneAddress) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  believe_sources();  // the pods go on using addresses that the API does not give to them
  const Pod a = pod("p/a");
  const Pod b = pod("p/b");
  delete_pod("p/a");
  delete_pod("p/b");
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const std::string known = family == Family::kIpv4 ? " over IPv4" : " over IPv6";
    const std::string unknown = family == Family::kIpv4 ? " over IPv6" : " over IPv4";
    SCOPED_TRACE(known);
    forget_history();
    const auto status = [&](const std::string& name) {
      return "{phase: Running, podIP: '" + to_string(playground().endpoint(name).address(family)) +
             "'}";
    };
    const std::string from_b = policy("p/from-b", R"(
  podSelector: {matchExpressions: [{key: pod, operator: In, values: [a, c]}]}
  ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]
)");
    enforce({from_b, with_status(a, status("p/a")), with_status(b, status("p/b"))});
    EXPECT_TRUE(traffic_is("p/b -> p/a, p/c  80/TCP ICMP" + known + ": allowed\n" +
                           "q/b, internet -> p/a, p/c  80/TCP ICMP" + known + ": denied\n" +
                           "p/b, q/b, internet -> p/a  80/TCP ICMP" + unknown + ": allowed\n" +
                           "p/b, q/b, internet -> p/c  80/TCP ICMP" + unknown + ": denied\n"));
  }
}

}  // namespace
}  // namespace portcullis::test
