// Services, as kube-proxy implements them, under policies: each pod's node judges a packet by its
// addresses and ports there after DNAT and before masquerading.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

struct ServicePort {
  const char* name;
  Traffic target;
  std::uint16_t port;
  std::uint16_t node_port;
};

constexpr ServicePort kPorts[] = {{"web-tcp", tcp(8080), 80, 30080},
                                  {"web-udp", udp(5353), 53, 30053},
                                  {"web-sctp", sctp(9090), 90, 30090}};

// Ports of policies.
const std::string kTargetPorts =
    "{port: 8080}, {port: 5353, protocol: UDP}, {port: 9090, protocol: SCTP}";
const std::string kServicePorts =
    "{port: 80}, {port: 53, protocol: UDP}, {port: 90, protocol: SCTP}";
const std::string kNodePorts =
    "{port: 30080}, {port: 30053, protocol: UDP}, {port: 30090, protocol: SCTP}";

// Peers of policies.
const std::string kClients = "{podSelector: {matchLabels: {app: client}}}";
const std::string kWeb = "{podSelector: {matchLabels: {app: web}}}";
const std::string kEveryPod = "{namespaceSelector: {}}";
const std::string kWebBlock =
    "{ipBlock: {cidr: 10.244.1.10/32}}, {ipBlock: {cidr: 'fd00:10:244:1::a/128'}}";
const std::string kFarBlock =
    "{ipBlock: {cidr: 10.244.2.10/32}}, {ipBlock: {cidr: 'fd00:10:244:2::a/128'}}";
const std::string kInternet =
    "{ipBlock: {cidr: 192.0.2.80/32}}, {ipBlock: {cidr: '2001:db8::80/128'}}";
const std::string kNode1 =
    "{ipBlock: {cidr: 172.18.0.1/32}}, {ipBlock: {cidr: 'fd00:172:18::1/128'}}";
const std::string kNode2 =
    "{ipBlock: {cidr: 172.18.0.2/32}}, {ipBlock: {cidr: 'fd00:172:18::2/128'}}";
const std::string kClusterIps =
    "{ipBlock: {cidr: 10.96.0.0/16}}, {ipBlock: {cidr: 'fd00:10:96::/112'}}";

std::string policy_of(const std::string& app, const std::string& spec) {
  return policy("default/of-" + app,
                " {podSelector: {matchLabels: {app: " + app + "}}, " + spec + "}\n");
}

std::string web_from(const std::string& peers, const std::string& ports = kTargetPorts) {
  return policy_of("web", "ingress: [{from: [" + peers + "], ports: [" + ports + "]}]");
}

std::string to(const std::string& peers, const std::string& ports = kTargetPorts) {
  return "{to: [" + peers + "], ports: [" + ports + "]}";
}

std::string client(const std::string& egress_rules) {
  return policy_of("client", "policyTypes: [Egress], egress: [" + egress_rules + "]");
}

// Traffic to default/web comes from beside it (near, on the same node) and from afar.
//
//     node-1: default/web, default/near, other/near; internet and elsewhere hang on it
//     node-2: default/far, other/far
Topology cluster(const std::vector<Traffic>& web_listens) {
  const Labels client = {{"app", "client"}};
  return {.pods = {{.name = "web", .labels = {{"app", "web"}}, .listens = web_listens},
                   {.name = "far", .labels = client},
                   {.name = "near", .labels = client},
                   {.ns = "other", .name = "far", .labels = client},
                   {.ns = "other", .name = "near", .labels = client}},
          .hosts = {{.name = "internet", .ipv4 = "192.0.2.80", .ipv6 = "2001:db8::80"},
                    {.name = "elsewhere", .ipv4 = "192.0.2.99", .ipv6 = "2001:db8::99"}}};
}

const std::vector<Traffic> kListens = {tcp(8080), udp(5353), sctp(9090)};

Address cluster_ip(Family family) {
  return *parse_address(family == Family::kIpv4 ? "10.96.0.10" : "fd00:10:96::10");
}

std::vector<Service> services_of(const Endpoint& web, ExternalTrafficPolicy external) {
  std::vector<Service> services;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto& port : kPorts) {
      services.push_back({.name = port.name,
                          .protocol = port.target.transport,
                          .cluster_ip = cluster_ip(family),
                          .port = port.port,
                          .node_port = port.node_port,
                          .external = external,
                          .pod = web.address(family),
                          .target_port = port.target.port,
                          .pod_node = web.node});
    }
  }
  return services;
}

using Names = std::vector<std::string>;

const Names kPods = {"default/near", "default/far", "other/near", "other/far"};

std::vector<Probe> operator+(std::vector<Probe> all, const std::vector<Probe>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

constexpr auto kAllowed = Outcome::kAllowed;
constexpr auto kDenied = Outcome::kDenied;
constexpr auto kRefused = Outcome::kRefused;

class Services : public PacketTest {
 protected:
  void build_and_serve(ExternalTrafficPolicy external, const std::vector<Traffic>& listens) {
    BUILD_OR_SKIP(in(GetParam(), cluster(listens)));
    serve_web(external);
  }

  void serve_web(ExternalTrafficPolicy external) {
    const auto services = services_of(playground().endpoint("default/web"), external);
    const auto served = serve(playground(), services, *GetParam().proxy);
    if (!served && served.error().code == ErrorCode::kUnsupported)
      GTEST_SKIP() << served.error().message;
    ASSERT_TRUE(served) << served.error().message;
  }

  static std::vector<Probe> by_cluster_ip(const Names& from, Outcome expected) {
    return probes(from, expected, [](Family family, const ServicePort& port) {
      return ServiceAddress{cluster_ip(family), port.port};
    });
  }

  // If web's node sees the sender, since it masquerades only after judging, or not at all. The
  // sender's node, if it is another, sees it go to the node port.
  std::vector<Probe> by_node_port(const std::string& node, const Names& from, Outcome expected) {
    auto all = probes(from, expected, [&](Family family, const ServicePort& port) {
      return ServiceAddress{playground().endpoint(node).address(family), port.node_port};
    });
    for (auto& probe : all) {
      if (playground().endpoint(probe.from).node != node) probe.seen_to = probe.via;
    }
    return all;
  }

  // If web's node sees the node that has masqueraded.
  std::vector<Probe> by_node_port_as_node(const std::string& node, const Names& from,
                                          Outcome expected) {
    auto all = by_node_port(node, from, expected);
    for (auto& probe : all) probe.seen_from = probe.via->address;
    return all;
  }

 private:
  template <class Entry>
  static std::vector<Probe> probes(const Names& from, Outcome expected, const Entry& entry) {
    std::vector<Probe> all;
    for (const auto& name : from) {
      for (const auto family : {Family::kIpv4, Family::kIpv6}) {
        for (const auto& port : kPorts) {
          all.push_back(
              {name, "default/web", port.target, family, expected, entry(family, port), {}, {}});
        }
      }
    }
    return all;
  }
};

#define SERVE_OR_SKIP(external, listens)                     \
  build_and_serve(ExternalTrafficPolicy::external, listens); \
  if (IsSkipped() || HasFatalFailure()) return

// One node would only show what "near" shows with two.
const Variant kServiceVariants[] = {{Wiring::kRouted, 2, ProxyMode::kIptables},
                                    {Wiring::kRouted, 2, ProxyMode::kNftables},
                                    {Wiring::kBridged, 2, ProxyMode::kIptables},
                                    {Wiring::kBridged, 2, ProxyMode::kNftables}};

INSTANTIATE_TEST_SUITE_P(Variants, Services, testing::ValuesIn(kServiceVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Services, LeadToThePodWhereNoPolicyForbidsIt) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({});
  const Names outside = {"internet", "elsewhere"};
  EXPECT_TRUE(outcomes_are(by_cluster_ip(kPods, kAllowed) +
                           by_cluster_ip({"default/web", "node-1", "node-2"}, kAllowed) +
                           by_node_port("node-1", kPods, kAllowed) +
                           by_node_port("node-1", outside, kAllowed) +
                           by_node_port_as_node("node-2", kPods, kAllowed) +
                           by_node_port_as_node("node-2", outside, kAllowed)));
}

TEST_P(Services, Line15_Line16_OfAPodThatNobodyMayReachAreSilentButForItselfAndItsNode) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({policy_of("web", "policyTypes: [Ingress, Egress]")});
  const Names itself_and_node = {"default/web", "node-1"};
  EXPECT_TRUE(outcomes_are(by_cluster_ip(itself_and_node, kAllowed) +
                           by_node_port("node-1", itself_and_node, kAllowed) +
                           by_cluster_ip(kPods, kDenied) + by_cluster_ip({"node-2"}, kDenied) +
                           by_node_port("node-1", kPods, kDenied) +
                           by_node_port("node-1", {"internet", "node-2"}, kDenied) +
                           by_node_port_as_node("node-2", kPods, kDenied) +
                           by_node_port_as_node("node-2", {"internet", "node-2"}, kDenied)));
}

TEST_P(Services, PodsAreSelectedOnBothSides) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from(kClients), client(to(kWeb))});
  EXPECT_TRUE(outcomes_are(by_cluster_ip({"default/near", "default/far"}, kAllowed) +
                           by_cluster_ip({"other/near", "other/far"}, kDenied)));
}

TEST_P(Services, Line10_BlocksHoldTheAddressesOfPodsAfterDnat) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from(kFarBlock), client(to(kWebBlock))});
  EXPECT_TRUE(outcomes_are(by_cluster_ip({"default/far"}, kAllowed) +
                           by_cluster_ip({"default/near", "other/far", "other/near"}, kDenied)));
}

TEST_P(Services, PortsOfIngressRulesAreTheTargets) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from("", kServicePorts + ", " + kNodePorts)});
  EXPECT_TRUE(outcomes_are(by_cluster_ip(kPods, kDenied) +
                           by_node_port("node-1", {"internet"}, kDenied) +
                           by_node_port_as_node("node-2", {"internet"}, kDenied)));
  enforce({web_from("", kTargetPorts)});
  EXPECT_TRUE(outcomes_are(by_cluster_ip(kPods, kAllowed) +
                           by_node_port("node-1", {"internet"}, kAllowed) +
                           by_node_port_as_node("node-2", {"internet"}, kAllowed)));
}

TEST_P(Services, Line10_ClusterIpsAndTheirPortsOpenNothing) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({client(to(kClusterIps, kServicePorts) + ", " + to(kClusterIps) + ", " +
                  to(kWeb, kServicePorts))});
  EXPECT_TRUE(outcomes_are(by_cluster_ip({"default/near", "default/far"}, kDenied) +
                           by_cluster_ip({"other/near", "other/far"}, kAllowed)));
}

// A node port of the client's own node is redirected before the client's egress is judged, one of
// another node after it.
TEST_P(Services, Line10_EgressToANodePortIsToThePodOnTheOwnNodeAndToTheNodeOnOthers) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({client(to(kWeb))});
  EXPECT_TRUE(outcomes_are(by_node_port("node-1", {"default/near"}, kAllowed) +
                           by_node_port("node-1", {"default/far"}, kDenied) +
                           by_node_port_as_node("node-2", {"default/near"}, kDenied) +
                           by_node_port_as_node("node-2", {"default/far"}, kAllowed)));
  enforce({client(to(kNode1 + ", " + kNode2, kNodePorts))});
  EXPECT_TRUE(outcomes_are(by_node_port("node-1", {"default/near"}, kDenied) +
                           by_node_port("node-1", {"default/far"}, kAllowed) +
                           by_node_port_as_node("node-2", {"default/near"}, kAllowed) +
                           by_node_port_as_node("node-2", {"default/far"}, kDenied)));
}

// It masquerades only after policies have judged, so its own address admits nobody.
TEST_P(Services, Line10_NodePortOfThePodsOwnNodeShowsTheClientBeforeSnat) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from(kInternet + ", " + kNode1 + ", " + kClients)});
  EXPECT_TRUE(
      outcomes_are(by_node_port("node-1", {"internet", "default/near", "default/far"}, kAllowed) +
                   by_node_port("node-1", {"elsewhere", "other/near", "other/far"}, kDenied)));
}

// Even if it leads a pod back to itself.
TEST_P(Services, Line16_NodePortOfAnotherNodeShowsThatNode) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from(kInternet + ", " + kEveryPod)});
  EXPECT_TRUE(outcomes_are(by_node_port_as_node("node-2", {"internet", "default/web"}, kDenied) +
                           by_node_port_as_node("node-2", kPods, kDenied) +
                           by_node_port("node-1", {"internet"}, kAllowed)));
  enforce({web_from(kNode2)});
  EXPECT_TRUE(outcomes_are(by_node_port_as_node("node-2", {"internet", "default/web"}, kAllowed) +
                           by_node_port_as_node("node-2", kPods, kAllowed) +
                           by_node_port("node-1", {"internet"}, kDenied)));
}

// On other nodes kube-proxy itself drops packets from outside.
TEST_P(Services, Line10_LocalTrafficPolicyShowsTheClientAndAnswersOnThePodsNodeAlone) {
  SERVE_OR_SKIP(kLocal, kListens);
  enforce({web_from(kInternet + ", " + kNode1 + ", " + kNode2)});
  EXPECT_TRUE(outcomes_are(by_node_port("node-1", {"internet"}, kAllowed) +
                           by_node_port("node-1", {"elsewhere", "other/far"}, kDenied)));
  EXPECT_TRUE(
      outcomes_beside_policies_are(by_node_port("node-2", {"internet", "elsewhere"}, kDenied)));
}

// The pod itself drops packets from the client: with Cluster it does not recognise them.
TEST_P(Services, Line10_ClusterTrafficPolicyHidesTheClientFromThePodAndNotFromItsPolicies) {
  SERVE_OR_SKIP(kCluster, kListens);
  load_nft("default/web",
           "table inet t {\nchain c {\ntype filter hook input priority 0\n"
           "ip saddr 192.0.2.80 drop\nip6 saddr 2001:db8::80 drop\n}\n}\n");
  enforce({web_from(kInternet)});
  EXPECT_TRUE(outcomes_are(by_node_port("node-1", {"internet"}, kAllowed)));
  serve_web(ExternalTrafficPolicy::kLocal);
  EXPECT_TRUE(outcomes_beside_policies_are(by_node_port("node-1", {"internet"}, kDenied)));
}

TEST_P(Services, Line14_RefusalsOfThePodComeBackThroughThem) {
  SERVE_OR_SKIP(kCluster, {});
  enforce({web_from(""), policy_of("client", "policyTypes: [Ingress]")});
  EXPECT_TRUE(outcomes_are(by_cluster_ip(kPods, kRefused) +
                           by_node_port("node-1", {"internet"}, kRefused) +
                           by_node_port_as_node("node-2", {"internet"}, kRefused)));
}

// From the pod's own firewall. They name the pod, and the client only knows the Service.
TEST_P(Services, Line14_IcmpErrorsOfThePodComeBackThroughThem) {
  SERVE_OR_SKIP(kCluster, kListens);
  load_nft("default/web",
           "table inet t {\nchain c {\ntype filter hook input priority 0\n"
           "meta l4proto { tcp, udp, sctp } reject with icmpx host-unreachable\n}\n}\n");
  enforce({policy_of("web",
                     "policyTypes: [Ingress, Egress], ingress: [{ports: [" + kTargetPorts + "]}]"),
           policy_of("client", "policyTypes: [Ingress]")});
  EXPECT_TRUE(outcomes_are(by_cluster_ip(kPods, kRefused) +
                           by_node_port("node-1", {"internet"}, kRefused) +
                           by_node_port_as_node("node-2", {"internet"}, kRefused)));
}

using ServicesOfIptablesLegacy = Services;

INSTANTIATE_TEST_SUITE_P(Variants, ServicesOfIptablesLegacy,
                         testing::Values(Variant{Wiring::kRouted, 2, ProxyMode::kIptablesLegacy},
                                         Variant{Wiring::kBridged, 2, ProxyMode::kIptablesLegacy}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(ServicesOfIptablesLegacy, AreJudgedAlike) {
  SERVE_OR_SKIP(kCluster, kListens);
  enforce({web_from(kClients + ", " + kInternet)});
  EXPECT_TRUE(outcomes_are(
      by_cluster_ip({"default/near", "default/far", "default/web", "node-1"}, kAllowed) +
      by_cluster_ip({"other/near", "other/far", "node-2"}, kDenied) +
      by_node_port("node-1", {"internet", "default/near", "default/far"}, kAllowed) +
      by_node_port("node-1", {"elsewhere", "other/far"}, kDenied) +
      by_node_port_as_node("node-2", {"internet", "default/near", "default/far"}, kDenied)));
}

}  // namespace
}  // namespace portcullis::test
