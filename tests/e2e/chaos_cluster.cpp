#include "tests/e2e/chaos_cluster.h"

#include <array>
#include <memory>

#include "tests/support/manifest/writer.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/rig/objects.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kLow = 5301;
constexpr std::uint16_t kHigh = 5302;

constexpr std::array kPods = {"red/a", "red/b", "red/c", "blue/d", "blue/e"};
constexpr std::array kNamespaces = {"red", "blue"};
constexpr std::array kApps = {"app=x", "app=y", "app=z"};
constexpr std::array kTeams = {"team=1", "team=2"};
constexpr std::array kBlocks = {"10.244.1.10/31", "10.244.1.12/30", "10.244.0.0/16",
                                "fd00:10:244:1::a/127", "fd00:10:244:1::/64"};

std::string crowd_address(std::size_t i) {
  return "10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256);
}

std::string marker_address(unsigned number) {
  return "10.2." + std::to_string(number / 256) + "." + std::to_string(number % 256);
}

bool is_fixed(const std::string& ns) { return ns == "crowd"; }

}  // namespace

Topology chaos_topology() {
  Topology topology{.nodes = {kChaosNode}};
  for (const auto* name : kPods) {
    const auto parsed = key(name);
    topology.pods.push_back({.ns = parsed.ns, .name = parsed.name, .labels = labels("app=x")});
  }
  for (const auto* name : {"from", "to"}) topology.pods.push_back({.ns = "free", .name = name});
  return topology;
}

Patrol::Route chaos_route() {
  return {{kPods.begin(), kPods.end()}, {kLow, kHigh}, {"free/from", "free/to"}};
}

ChaosCluster::ChaosCluster(const Playground& playground, std::size_t crowd, std::mt19937& random)
    : random_(random), state_(objects_of(playground)) {
  state_.apply(ns("crowd", "crowd=yes"));
  for (std::size_t i = 0; i < crowd; ++i) {
    state_.apply(pod("crowd/pod-" + std::to_string(i), crowd_address(i)).on("elsewhere"));
  }
  state_.apply(ns("marker"));
  state_.apply(pod("marker/marked", "10.3.0.1").on(kChaosNode).labels("app=marked"));
  state_.apply(policy("marker/marks", "app=marked").ingress(from({pods("app=marker")})));
  move_marker();
}

void ChaosCluster::move_marker() {
  state_.apply(pod("marker/marker", marker_address(number_)).on("elsewhere").labels("app=marker"));
}

std::string ChaosCluster::edit() {
  ++number_;
  move_marker();
  return std::to_string(number_) + ": " + change();
}

std::string ChaosCluster::change() {
  switch (any(10)) {
    case 0:
      return relabel_namespace();
    case 1:
    case 2:
      return remove_policy();
    case 3:
    case 4:
    case 5:
      return relabel_pod();
    default:
      return put_policy();
  }
}

std::string ChaosCluster::relabel_pod() {
  const auto name = any_of(kPods);
  const auto app = any_of(kApps);
  Pod edited = *state_.pods().at(key(name));
  edited.labels = labels(app);
  state_.apply(PodEvent{edited.key, std::make_shared<const Pod>(edited)});
  return "pod " + name + " " + app;
}

std::string ChaosCluster::relabel_namespace() {
  const auto name = any_of(kNamespaces);
  const auto team = any_of(kTeams);
  state_.apply(ns(name, team));
  return "namespace " + name + " " + team;
}

std::string ChaosCluster::remove_policy() {
  const auto name = any_of(kNamespaces) + "/p" + std::to_string(any(3));
  state_.apply(PolicyEvent{key(name), nullptr});
  return "no policy " + name;
}

std::string ChaosCluster::put_policy() {
  const auto name = any_of(kNamespaces) + "/p" + std::to_string(any(3));
  const auto directions = 1 + any(3);
  auto made = policy(name, any(4) == 0 ? "" : any_of(kApps));
  if ((directions & 1U) != 0) made.ingress(any_rules());
  if ((directions & 2U) != 0) made.egress(any_rules());
  state_.apply(made);
  return "policy " + to_manifest(made.value());
}

std::vector<PolicyRule> ChaosCluster::any_rules() {
  std::vector<PolicyRule> rules;
  for (auto left = any(3); left > 0; --left) {
    auto rule = from(any_peers());
    const auto which = any(4);
    if (which == 0) rule.udp(kLow);
    if (which == 1) rule.udp(kHigh);
    if (which == 2) rule.range(Protocol::kUdp, kLow, kHigh);
    rules.push_back(rule);
  }
  return rules;
}

std::vector<PolicyPeer> ChaosCluster::any_peers() {
  std::vector<PolicyPeer> peers = {pods(any_of(kApps))};
  switch (any(4)) {
    case 0:
      peers.push_back(pods_in("crowd=yes", ""));
      break;
    case 1:
      peers.push_back(block(any_of(kBlocks)));
      break;
    case 2:
      peers = {pods_in(any_of(kTeams), any(2) == 0 ? "" : any_of(kApps))};
      break;
    default:
      break;
  }
  return peers;
}

std::string ChaosCluster::fixed_manifests() const {
  std::string text;
  for (const auto& [name, object] : state_.namespaces()) {
    if (is_fixed(name)) text += to_manifest(*object);
  }
  for (const auto& [name, object] : state_.pods()) {
    if (is_fixed(name.ns)) text += to_manifest(*object);
  }
  return text;
}

std::string ChaosCluster::changing_manifests() const {
  ClusterState changing;
  for (const auto& [name, object] : state_.namespaces()) {
    if (!is_fixed(name)) changing.apply(to_event(object));
  }
  for (const auto& [name, object] : state_.pods()) {
    if (!is_fixed(name.ns)) changing.apply(to_event(object));
  }
  for (const auto& [name, object] : state_.policies()) changing.apply(to_event(object));
  return to_manifests(changing);
}

}  // namespace portcullis::test
