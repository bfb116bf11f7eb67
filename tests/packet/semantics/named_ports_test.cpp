// SEMANTICS, line 12: named ports, which are resolved for every pod separately.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using NamedPorts = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, NamedPorts, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// The port named web in each pod: in low 80/TCP, in high 8080/TCP, in datagram 80/UDP, in both
// 80/TCP and 8080/UDP; plain and client have none. All answer on 80 and 8080 whatever they declare.
Topology named_ports() {
  const NamedPort low{"web", Protocol::kTcp, 80};
  const NamedPort high{"web", Protocol::kTcp, 8080};
  const NamedPort low_udp{"web", Protocol::kUdp, 80};
  const NamedPort high_udp{"web", Protocol::kUdp, 8080};
  Topology topology{.pods = {{.ns = "p", .name = "low", .labels = {{"near", ""}}, .ports = {low}},
                             {.ns = "p", .name = "high", .ports = {high}},
                             {.ns = "p", .name = "datagram", .ports = {low_udp}},
                             {.ns = "p", .name = "both", .ports = {low, high_udp}},
                             {.ns = "p", .name = "plain", .labels = {{"near", ""}}},
                             {.ns = "q", .name = "client"}},
                    .hosts = {{.name = "internet"}}};
  const std::vector<Traffic> listens = {tcp(80), tcp(8080), udp(80), udp(8080)};
  for (auto& pod : topology.pods) pod.listens = listens;
  for (auto& host : topology.hosts) host.listens = listens;
  return topology;
}

std::string ingress_on(const std::string& ports) {
  return policy("p/under-test", "\n  podSelector: {}\n  ingress: [{ports: " + ports + "}]\n");
}

std::string egress_of_client(const std::string& ports, const std::string& to = "[]") {
  return policy("q/under-test",
                "\n  podSelector: {}\n  policyTypes: [Egress]\n  egress: [{ports: " + ports +
                    ", to: " + to + "}]\n");
}

constexpr const char* kWeb = "[{port: web}]";

TEST_P(NamedPorts, Line12_OnIngressEachSelectedPodResolvesTheName) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({ingress_on(kWeb)});
  EXPECT_TRUE(traffic_is(R"(
  q/client, internet -> p/low, p/both  80/TCP: allowed
  q/client, internet -> p/low, p/both  8080/TCP 80/UDP 8080/UDP ICMP: denied
  q/client, internet -> p/high  8080/TCP: allowed
  q/client, internet -> p/high  80/TCP 80/UDP 8080/UDP ICMP: denied
  q/client, internet -> p/datagram, p/plain  80/TCP 8080/TCP 80/UDP 8080/UDP ICMP: denied
)"));

  enforce({ingress_on("[{port: web, protocol: UDP}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client, internet -> p/datagram  80/UDP: allowed
  q/client, internet -> p/datagram  80/TCP 8080/TCP 8080/UDP ICMP: denied
  q/client, internet -> p/both  8080/UDP: allowed
  q/client, internet -> p/both  80/TCP 8080/TCP 80/UDP ICMP: denied
  q/client, internet -> p/low, p/high, p/plain  80/TCP 8080/TCP 80/UDP 8080/UDP ICMP: denied
)"));
}

TEST_P(NamedPorts, Line12_OnIngressTheNameIsTheSubjectsWhateverThePeer) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({policy("p/under-test", R"(
  podSelector: {}
  ingress:
  - from: [{ipBlock: {cidr: 192.0.2.0/24}}, {podSelector: {matchLabels: {near: ''}}}]
    ports: [{port: web}]
)")});
  EXPECT_TRUE(traffic_is(R"(
  internet -> p/low  80/TCP over IPv4: allowed
  internet -> p/high  8080/TCP over IPv4: allowed
  internet -> p/low  8080/TCP over IPv4: denied
  internet -> p/high  80/TCP over IPv4: denied
  internet -> p/low, p/high, p/plain  80/TCP 8080/TCP over IPv6: denied
  p/low, p/plain -> p/high  8080/TCP: allowed
  p/plain -> p/low  80/TCP: allowed
  p/low, p/plain -> p/high  80/TCP: denied
  p/low -> p/plain  80/TCP 8080/TCP: denied
  p/both, q/client -> p/low, p/high  80/TCP 8080/TCP: denied
)"));
}

TEST_P(NamedPorts, Line12_OnEgressEachDestinationPodResolvesTheName) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({egress_of_client(kWeb)});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/low, p/both  80/TCP: allowed
  q/client -> p/low, p/both  8080/TCP 80/UDP 8080/UDP ICMP: denied
  q/client -> p/high  8080/TCP: allowed
  q/client -> p/high  80/TCP 80/UDP 8080/UDP ICMP: denied
  q/client -> p/datagram, p/plain, internet  80/TCP 8080/TCP 80/UDP 8080/UDP ICMP: denied
)"));

  enforce({egress_of_client("[{port: web, protocol: UDP}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/datagram  80/UDP: allowed
  q/client -> p/datagram  80/TCP 8080/TCP 8080/UDP ICMP: denied
  q/client -> p/both  8080/UDP: allowed
  q/client -> p/both  80/TCP 8080/TCP 80/UDP ICMP: denied
  q/client -> p/low, p/high, internet  80/TCP 8080/TCP 80/UDP 8080/UDP ICMP: denied
)"));

  enforce({egress_of_client(kWeb,
                            "[{namespaceSelector: {}, podSelector: {matchLabels: {near: ''}}}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/low  80/TCP: allowed
  q/client -> p/low  8080/TCP 80/UDP ICMP: denied
  q/client -> p/high, p/both, p/plain, internet  80/TCP 8080/TCP ICMP: denied
)"));
}

TEST_P(NamedPorts, Line12_OnEgressABlockHasTheNamesOfThePodsInIt) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({egress_of_client(kWeb, "[{ipBlock: {cidr: 0.0.0.0/0}}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/low, p/both  80/TCP over IPv4: allowed
  q/client -> p/high  8080/TCP over IPv4: allowed
  q/client -> p/low, p/both  8080/TCP 80/UDP 8080/UDP ICMP over IPv4: denied
  q/client -> p/high  80/TCP 80/UDP 8080/UDP ICMP over IPv4: denied
  q/client -> p/plain, p/datagram, internet  80/TCP 8080/TCP 80/UDP ICMP over IPv4: denied
  q/client -> p/low, p/both, p/high, p/plain, internet  80/TCP 8080/TCP ICMP over IPv6: denied
)"));

  const std::string low = to_string(playground().endpoint("p/low").ipv6);
  enforce({egress_of_client(kWeb, "[{ipBlock: {cidr: '::/0', except: ['" + low + "/128']}}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/both  80/TCP over IPv6: allowed
  q/client -> p/high  8080/TCP over IPv6: allowed
  q/client -> p/low, p/plain, internet  80/TCP 8080/TCP ICMP over IPv6: denied
  q/client -> p/low, p/both, p/high  80/TCP 8080/TCP ICMP over IPv4: denied
)"));

  enforce({egress_of_client(kWeb, "[{ipBlock: {cidr: 192.0.2.0/24}}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/low, p/high, p/both, p/plain, internet  80/TCP 8080/TCP 80/UDP ICMP: denied
)"));
}

TEST_P(NamedPorts, Line12_NameThatResolvesNowhereMatchesNothing) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({ingress_on("[{port: metrics}]"), egress_of_client("[{port: metrics}]")});
  EXPECT_TRUE(traffic_is(R"(
  internet -> p/low, p/high, p/datagram, p/both, p/plain  80/TCP 8080/TCP 80/UDP ICMP: denied
  q/client -> internet  80/TCP 8080/TCP 80/UDP 8080/UDP ICMP: denied
)"));

  enforce({ingress_on("[{port: metrics}, {port: 8080}]"),
           egress_of_client("[{port: metrics}, {port: 8080}]")});
  EXPECT_TRUE(traffic_is(R"(
  internet -> p/low, p/high, p/plain  8080/TCP: allowed
  internet -> p/low, p/high, p/plain  80/TCP 80/UDP 8080/UDP ICMP: denied
  q/client -> internet, p/low, p/plain  8080/TCP: allowed
  q/client -> internet, p/low, p/plain  80/TCP 80/UDP 8080/UDP ICMP: denied
)"));
}

TEST_P(NamedPorts, Line12_NamesFollowThePod) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  enforce({ingress_on(kWeb), egress_of_client(kWeb)});
  edit_pod("p/low", [](Pod& pod) {
    pod.ports = std::vector<NamedPort>{{"web", Protocol::kTcp, 8080}};
  });
  edit_pod("p/plain", [](Pod& pod) {
    pod.ports = std::vector<NamedPort>{{"web", Protocol::kTcp, 80}};
  });
  edit_pod("p/high", [](Pod& pod) { pod.ports = {}; });
  enforce({ingress_on(kWeb), egress_of_client(kWeb)});
  EXPECT_TRUE(traffic_is(R"(
  q/client -> p/low  8080/TCP: allowed
  q/client, internet -> p/low  80/TCP: denied
  q/client -> p/plain  80/TCP: allowed
  q/client, internet -> p/plain  8080/TCP: denied
  internet -> p/low  8080/TCP: allowed
  internet -> p/plain  80/TCP: allowed
  q/client, internet -> p/high  80/TCP 8080/TCP: denied
)"));
}

// With a sidecar that names 8080/TCP, and a container that ends before the pod's others begin.
std::string with_init_containers(const Pod& pod) {
  std::string ips;
  for (const auto& address : pod.addresses)
    ips += (ips.empty() ? "{ip: '" : ", {ip: '") + to_string(address) + "'}";
  return R"(
apiVersion: v1
kind: Pod
metadata: {namespace: p, name: )" +
         pod.key.name + R"(}
spec:
  nodeName: )" +
         *pod.node_name + R"(
  containers:
  - name: app
  initContainers:
  - name: proxy
    restartPolicy: Always
    ports: [{name: proxied, containerPort: 8080}]
  - name: setup
    ports: [{name: progress, containerPort: 80}]
status:
  phase: Running
  podIPs: [)" +
         ips + "]\n";
}

TEST_P(NamedPorts, Line12_SidecarsHaveNamesAndOtherInitContainersHaveNot) {
  BUILD_OR_SKIP(in(GetParam(), named_ports()));
  const std::string plain = with_init_containers(pod("p/plain"));
  delete_pod("p/plain");
  const auto* ports = "[{port: proxied}, {port: progress}]";
  for (const auto& under_test : {ingress_on(ports), egress_of_client(ports)}) {
    SCOPED_TRACE(under_test);
    enforce({under_test, plain});
    EXPECT_TRUE(traffic_is(R"(
  q/client -> p/plain  8080/TCP: allowed
  q/client -> p/plain  80/TCP 80/UDP 8080/UDP ICMP: denied
)"));
  }
}

}  // namespace
}  // namespace portcullis::test
