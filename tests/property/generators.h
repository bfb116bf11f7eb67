#pragma once

#include <rapidcheck.h>

#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/verdict/evaluate.h"

// Random clusters in a small world: few namespaces, labels, ports and addresses, so that selectors
// match, blocks overlap and addresses collide often.
namespace portcullis::test {

inline constexpr const char* kNodes[] = {"n1", "n2"};

rc::Gen<Labels> labels();
rc::Gen<LabelSelector> selector();
rc::Gen<PodPeer> pod_peer();
rc::Gen<NetworkPolicy> policy();
rc::Gen<Pod> pod();
rc::Gen<std::vector<Event>> events();  // namespaces, pods and policies in any order
rc::Gen<Connection> connection();      // between addresses of the same small world

ClusterState cluster_of(const std::vector<Event>& events, const Budgets& budgets = {});

// Limits that many policies and profiles of this world exceed, apart from the limit on pods.
Budgets small_budgets();

// A random cluster, which a counterexample prints as manifests under this name. Only in a property.
ClusterState any_cluster(const char* name = "cluster", const Budgets& budgets = {});

}  // namespace portcullis::test
