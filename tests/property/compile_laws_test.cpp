#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/ruleset/print.h"
#include "compiler/verdict/evaluate.h"
#include "tests/property/generators.h"
#include "tests/property/reproduction.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

// A node that no pod names: only pods without a node name are local to it.
constexpr const char* kOtherNode = "n3";

// Whether every node's ruleset lets the connection's first packet through.
bool passes_all_nodes(const ClusterState& cluster, const Connection& connection) {
  Packet packet{connection.source, connection.destination, connection.protocol, connection.port};
  // Only a Service's DNAT forwards a pod's packet back to it.
  if (packet.source == packet.destination) packet.ct_status = ConntrackStatus::kDestinationNat;
  const auto nodes = {kNodes[0], kNodes[1], kOtherNode};
  return std::ranges::all_of(
      nodes, [&](const char* node) { return passes(compile(cluster, node), packet); });
}

// Such traffic never passes the forward hook, so no ruleset decides it.
bool is_with_own_node(const Evaluation& evaluation) {
  return evaluation.egress.reason == Reason::kOwnNode ||
         evaluation.ingress.reason == Reason::kOwnNode;
}

void assert_decides_as_the_evaluator(const ClusterState& cluster) {
  for (int i = 0; i < 30; ++i) {
    const auto probe = *connection();
    const auto evaluation = evaluate(cluster, probe);
    if (is_with_own_node(evaluation)) continue;
    const bool expected = evaluation.allowed();
    const bool seen = passes_all_nodes(cluster, probe);
    if (expected == seen) continue;
    RC_LOG() << commands_for(probe) << "\nexpected " << (expected ? "allowed" : "denied") << "\n"
             << print_nft(compile(cluster, "n1")) << print_nft(compile(cluster, "n2"));
    RC_FAIL("the ruleset and the evaluator disagree");
  }
}

RC_GTEST_PROP(CompileLaws, RulesetDecidesAsTheReferenceEvaluator, ()) {
  auto cluster = any_cluster();
  if (*rc::gen::inRange(0, 4) == 0) {
    const auto closed = (*connection()).source;
    RC_LOG() << "# in quarantine: " << to_string(closed) << "\n";
    cluster.quarantine(closed, {"ns", "former"});
  }
  assert_decides_as_the_evaluator(cluster);
}

RC_GTEST_PROP(CompileLaws, RulesetDecidesAsTheReferenceEvaluatorBeyondBudgets, ()) {
  auto budgets = small_budgets();
  budgets.pods = *rc::gen::inRange<std::size_t>(1, 8);
  assert_decides_as_the_evaluator(any_cluster("cluster", budgets));
}

RC_GTEST_PROP(CompileLaws, OrderOfEventsDoesNotMatter, ()) {
  const auto cluster = any_cluster();
  // Only the last event of a key counts; shuffled, they must still be the last.
  std::vector<Event> last;
  for (const auto& [key, pod] : cluster.pods()) last.push_back(PodEvent{key, pod});
  for (const auto& [name, ns] : cluster.namespaces())
    last.push_back(NamespaceEvent{{"", name}, ns});
  for (const auto& [key, policy] : cluster.policies()) last.push_back(PolicyEvent{key, policy});
  std::shuffle(last.begin(), last.end(), std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
  RC_ASSERT(compile(cluster_of(last), "n1") == compile(cluster, "n1"));
}

// Except the forward chain and the chains that it jumps to, which never change.
RC_GTEST_PROP(CompileLaws, EveryNameOfASetOrChainIsAHashOfItsContent, ()) {
  const auto one = compile(any_cluster("one"), "n1");
  const auto other = compile(any_cluster("other"), "n1");
  for (const auto& [name, chain] : one.chains) {
    if (chain.spec.base) continue;
    const auto same = other.chains.find(name);
    if (same != other.chains.end()) RC_ASSERT(same->second == chain);
  }
  for (const auto& [name, set] : one.sets) {
    const auto same = other.sets.find(name);
    if (same == other.sets.end()) continue;
    RC_ASSERT(same->second.spec == set.spec);
    if (set.spec.interval) RC_ASSERT(same->second.elements == set.elements);
  }
}

}  // namespace
}  // namespace portcullis::test
