// SEMANTICS, line 8: the labels that a selector matches. Each selector is tried on a separate port,
// its index in the list of cases, so that one policy shows them all.
#include <set>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using LabelSelectors = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, LabelSelectors, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

struct SelectorCase {
  std::string selector;
  std::set<std::string> matching;  // pods or namespaces
};

using SelectorCases = std::vector<SelectorCase>;

constexpr std::uint16_t kFirstPort = 1001;

std::uint16_t port_of(std::size_t index) { return static_cast<std::uint16_t>(kFirstPort + index); }

std::vector<Traffic> ports_of(const SelectorCases& cases) {
  std::vector<Traffic> ports;
  for (std::size_t i = 0; i < cases.size(); ++i) ports.push_back(tcp(port_of(i)));
  return ports;
}

const SelectorCases kPodCases = {
    {"{matchLabels: {app: web}}", {"web-live", "web-test"}},
    {"{matchLabels: {app: web, env: live}}", {"web-live"}},
    {"{matchExpressions: [{key: app, operator: In, values: [web]}]}", {"web-live", "web-test"}},
    {"{matchExpressions: [{key: env, operator: In, values: [live, test]}]}",
     {"web-live", "web-test", "db-live"}},
    {"{matchExpressions: [{key: app, operator: In, values: ['']}]}", {"empty"}},
    {"{matchExpressions: [{key: env, operator: NotIn, values: [live]}]}",
     {"web-test", "db", "empty", "bare"}},
    {"{matchExpressions: [{key: env, operator: NotIn, values: [live, test]}]}",
     {"db", "empty", "bare"}},
    {"{matchExpressions: [{key: app, operator: Exists}]}",
     {"web-live", "web-test", "db-live", "db", "empty"}},
    {"{matchExpressions: [{key: app, operator: DoesNotExist}]}", {"bare"}},
    {"{matchLabels: {app: db}, matchExpressions: [{key: env, operator: DoesNotExist}]}", {"db"}},
    {"{matchExpressions: [{key: app, operator: Exists}, {key: app, operator: NotIn, values: [db]},"
     " {key: env, operator: In, values: [live]}]}",
     {"web-live"}},
    {"{matchExpressions: [{key: app, operator: Exists}, {key: app, operator: DoesNotExist}]}", {}},
    {"{}", {"web-live", "web-test", "db-live", "db", "empty", "bare"}},
};

const SelectorCases kNamespaceCases = {
    {"{matchLabels: {env: live}}", {"shop", "bank"}},
    {"{matchLabels: {env: live, team: blue}}", {"shop"}},
    {"{matchExpressions: [{key: env, operator: In, values: [live, test]}]}",
     {"shop", "bank", "lab"}},
    {"{matchExpressions: [{key: env, operator: NotIn, values: [live]}]}", {"lab", "bare"}},
    {"{matchExpressions: [{key: team, operator: Exists}]}", {"shop", "lab"}},
    {"{matchExpressions: [{key: team, operator: DoesNotExist}]}", {"bank", "bare"}},
    {"{matchLabels: {env: live}, matchExpressions: [{key: team, operator: DoesNotExist}]}",
     {"bank"}},
    {"{matchLabels: {kubernetes.io/metadata.name: bare}}", {"bare"}},
    {"{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [bare]}]}",
     {"shop", "bank", "lab"}},
    {"{matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}",
     {"shop", "bank", "lab", "bare"}},
    {"{}", {"shop", "bank", "lab", "bare"}},
};

Topology labelled_pods() {
  Topology topology{.pods = {{.name = "web-live", .labels = {{"app", "web"}, {"env", "live"}}},
                             {.name = "web-test", .labels = {{"app", "web"}, {"env", "test"}}},
                             {.name = "db-live", .labels = {{"app", "db"}, {"env", "live"}}},
                             {.name = "db", .labels = {{"app", "db"}}},
                             {.name = "empty", .labels = {{"app", ""}}},
                             {.name = "bare"},
                             {.ns = "far", .name = "away"}}};
  for (auto& pod : topology.pods) pod.listens = ports_of(kPodCases);
  return topology;
}

// One pod in each, called pod.
Topology labelled_namespaces() {
  Topology topology{.namespaces = {{.name = "shop", .labels = {{"env", "live"}, {"team", "blue"}}},
                                   {.name = "bank", .labels = {{"env", "live"}}},
                                   {.name = "lab", .labels = {{"env", "test"}, {"team", "blue"}}}}};
  for (const auto* ns : {"shop", "bank", "lab", "bare", "far"})
    topology.pods.push_back({.ns = ns, .name = "pod", .listens = ports_of(kNamespaceCases)});
  return topology;
}

// "- {ports: [{port: 1001}], from: [{podSelector: ...}]}" for each case.
std::string rules(const SelectorCases& cases, const std::string& peers,
                  const std::string& selector) {
  std::string text;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    text += "  - {ports: [{port: " + std::to_string(port_of(i)) + "}], " + peers + ": [{" +
            selector + ": " + cases[i].selector + "}]}\n";
  }
  return text;
}

// On each case's port, `probed` determines who may connect, or may be connected to.
std::vector<Probe> probes_of(const SelectorCases& cases, const std::set<std::string>& all,
                             const std::function<Probe(const std::string&)>& probed) {
  std::vector<Probe> probes;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const auto& name : all) {
      Probe probe = probed(name);
      probe.traffic = tcp(port_of(i));
      probe.expected = cases[i].matching.contains(name) ? Outcome::kAllowed : Outcome::kDenied;
      for (const auto family : {Family::kIpv4, Family::kIpv6}) {
        probe.family = family;
        probes.push_back(probe);
      }
    }
  }
  return probes;
}

const std::set<std::string> kPods = {"web-live", "web-test", "db-live", "db", "empty", "bare"};
const std::set<std::string> kNamespaces = {"shop", "bank", "lab", "bare"};

Probe from_pod(const std::string& name) { return {.from = "default/" + name, .to = "far/away"}; }
Probe to_pod(const std::string& name) { return {.from = "far/away", .to = "default/" + name}; }
Probe from_namespace(const std::string& name) { return {.from = name + "/pod", .to = "far/pod"}; }
Probe to_namespace(const std::string& name) { return {.from = "far/pod", .to = name + "/pod"}; }

TEST_P(LabelSelectors, Line08_OfPeersNeedAllTheirRequirements) {
  BUILD_OR_SKIP(in(GetParam(), labelled_pods()));
  const std::string anywhere = "namespaceSelector: {}, podSelector";
  enforce({policy("far/ingress", "\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n" +
                                     rules(kPodCases, "from", anywhere))});
  EXPECT_TRUE(outcomes_are(probes_of(kPodCases, kPods, from_pod)));
  enforce({policy("far/egress", "\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n" +
                                    rules(kPodCases, "to", anywhere))});
  EXPECT_TRUE(outcomes_are(probes_of(kPodCases, kPods, to_pod)));
}

TEST_P(LabelSelectors, Line08_OfSubjectsNeedAllTheirRequirements) {
  BUILD_OR_SKIP(in(GetParam(), labelled_pods()));
  std::vector<std::string> policies = {policy("default/deny", "\n  podSelector: {}\n")};
  for (std::size_t i = 0; i < kPodCases.size(); ++i) {
    const std::string port = std::to_string(port_of(i));
    policies.push_back(policy("default/open-" + port, "\n  podSelector: " + kPodCases[i].selector +
                                                          "\n  ingress: [{ports: [{port: " + port +
                                                          "}]}]\n"));
  }
  enforce(policies);
  EXPECT_TRUE(outcomes_are(probes_of(kPodCases, kPods, to_pod)));
}

TEST_P(LabelSelectors, Line08_OfNamespacesNeedAllTheirRequirements) {
  BUILD_OR_SKIP(in(GetParam(), labelled_namespaces()));
  enforce({policy("far/ingress", "\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n" +
                                     rules(kNamespaceCases, "from", "namespaceSelector"))});
  EXPECT_TRUE(outcomes_are(probes_of(kNamespaceCases, kNamespaces, from_namespace)));
  enforce({policy("far/egress", "\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n" +
                                    rules(kNamespaceCases, "to", "namespaceSelector"))});
  EXPECT_TRUE(outcomes_are(probes_of(kNamespaceCases, kNamespaces, to_namespace)));
}

TEST_P(LabelSelectors, Line08_NamespacesOfFilesGetTheLabelThatBearsTheirName) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto from_q = policy("p/from-q", R"(
  podSelector: {}
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: q}}}]
)");
  for (const std::string labels : {"", ", labels: {kubernetes.io/metadata.name: r}"}) {
    SCOPED_TRACE(labels);
    objects().apply(NamespaceEvent{{"", "q"}, nullptr});
    enforce({from_q, "apiVersion: v1\nkind: Namespace\nmetadata: {name: q" + labels + "}\n"});
    EXPECT_TRUE(traffic_is(R"(
  q/a, q/b -> p/a, p/b  80/TCP ICMP: allowed
  p/c, r/a, internet -> p/a, p/b  80/TCP ICMP: denied
)"));
  }
}

}  // namespace
}  // namespace portcullis::test
