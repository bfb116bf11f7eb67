#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "tests/support/rig/patrol.h"

namespace portcullis::test {

inline constexpr const char* kChaosNode = "node";

// The pods of one node that random policies apply to: five in two namespaces that talk to each
// other on two ports, and two without any restriction.
Topology chaos_topology();
Patrol::Route chaos_route();

// A cluster that changes at random. Every state of it has a unique ruleset: a pod of another node,
// which a policy names, gets a new address each time.
class ChaosCluster {
 public:
  // Initially no policy selects the pods. Many pods of other nodes that policies may name make
  // commits long.
  ChaosCluster(const Playground& playground, std::size_t crowd, std::mt19937& random);

  // One random edit: to a pod's or a namespace's labels, or to a policy, which is added, changed or
  // removed. Returns its name: "17: pod red/a app=x".
  std::string edit();

  const ClusterState& state() const { return state_; }

  // As manifests: one has what never changes, the other everything that edits change, so that each
  // edit replaces one file.
  std::string fixed_manifests() const;
  std::string changing_manifests() const;

 private:
  unsigned any(std::size_t below) { return static_cast<unsigned>(random_() % below); }
  std::string any_of(std::span<const char* const> texts) { return texts[any(texts.size())]; }
  std::string change();
  std::string relabel_pod();
  std::string relabel_namespace();
  std::string remove_policy();
  std::string put_policy();
  std::vector<PolicyRule> any_rules();
  std::vector<PolicyPeer> any_peers();
  void move_marker();

  std::mt19937& random_;
  ClusterState state_;
  unsigned number_ = 0;  // of the state
};

}  // namespace portcullis::test
