#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "compiler/verdict/evaluate.h"
#include "k8s-client/decode/decode.h"
#include "k8s-client/document/json.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/costly_policies.h"
#include "tests/support/model/find_set.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"
#include "tests/unit/compiler/budget/heap.h"

// One policy of up to 1 MB, whatever its content. Measures work and memory; times are in
// tests/bench/budget_bench.cpp.
namespace portcullis::test {

void PrintTo(const CostlyPolicy& policy, std::ostream* out) { *out << policy.name; }

namespace {

constexpr std::size_t kMostBytes = 100'000'000;  // of the heap, at any moment
constexpr std::size_t kMostLookups = 48;         // of a packet, in one direction
constexpr int kPods = 100;

std::string address_of(int pod) {
  return "10.0." + std::to_string(pod / 256) + "." + std::to_string(pod % 256);
}

// Pods with unique labels in the tenant's namespace and in another; one of each is on this node.
std::vector<Event> neighbours() {
  std::vector<Event> events = {ns("shop"), ns("bank"), policy("bank/web").ingress(from().tcp(80)),
                               pod("bank/web", "10.9.0.1")};
  for (int i = 0; i < kPods; ++i) {
    const auto number = std::to_string(i);
    events.push_back(pod((i % 2 == 0 ? "shop/" : "bank/") + number, address_of(i))
                         .labels("a=" + number)
                         .on(i == 0 ? "n1" : "n2"));
  }
  return events;
}

std::vector<Event> read(const std::string& json) {
  std::vector<Event> events;
  const auto documents = k8s::parse_json(json);
  if (!documents) return events;
  const auto decoded = k8s::decode(documents->front(), "", k8s::UnknownFields::kTolerate);
  EXPECT_LE(decoded.defects.size(), 32U);
  for (const auto& object : decoded.objects) events.push_back(object);
  return events;
}

std::size_t lookups(const Ruleset& ruleset, const std::string& name, std::set<std::string>& seen) {
  if (!seen.insert(name).second) return 0;
  std::size_t own = 0;
  std::size_t deepest = 0;
  for (const auto& rule : ruleset.chains.at(name).rules) {
    for (const auto& statement : rule.statements) {
      if (std::holds_alternative<InSet>(statement)) ++own;
      const auto* map = std::get_if<VerdictMap>(&statement);
      if (map == nullptr) continue;
      ++own;
      for (const auto& element : ruleset.sets.at(map->map).elements) {
        deepest = std::max(deepest, lookups(ruleset, element.jump, seen));
      }
    }
  }
  return own + deepest;
}

std::size_t most_lookups(const Ruleset& ruleset) {
  std::size_t most = 0;
  for (const auto& [name, chain] : ruleset.chains) {
    std::set<std::string> seen;
    if (!chain.spec.base) most = std::max(most, lookups(ruleset, name, seen));
  }
  return most;
}

std::string chain_of(const Ruleset& ruleset, const char* map, const char* pod) {
  for (const auto& element : find_set(ruleset, map).elements) {
    if (element.key == ElementKey().append(address(pod))) return element.jump;
  }
  return "";
}

// For the first pod, in both directions, as this node enforces it and as the evaluator explains it.
void expect_agreement(const ClusterState& cluster, const Ruleset& ruleset) {
  for (const std::uint16_t port : std::vector<std::uint16_t>{443, 1'000, 1'001, 10'002, 15'000}) {
    for (const int other : {1, 2, 80}) {
      const auto here = address(address_of(0));
      const auto there = address(address_of(other));
      EXPECT_EQ(passes(ruleset, {there, here, 6, port}),
                evaluate(cluster, {there, here, 6, port}).ingress.allowed());
      EXPECT_EQ(passes(ruleset, {here, there, 6, port}),
                evaluate(cluster, {here, there, 6, port}).egress.allowed());
    }
  }
}

class Costly : public ::testing::TestWithParam<CostlyPolicy> {};

TEST_P(Costly, CostsLittleAndIsolatesItsOwnPods) {
  IncrementalCompiler compiler("n1");
  compiler.apply({.events = neighbours()});
  const auto bank = chain_of(compiler.ruleset(), "ingress-v4", "10.9.0.1");

  const HeapPeak peak;  // of everything that a daemon does until it has what to commit
  {
    const auto delta = compiler.apply({.events = read(GetParam().json)});
    EXPECT_FALSE(delta.empty());
  }
  EXPECT_LT(peak.bytes(), kMostBytes);

  const auto ruleset = compiler.ruleset();
  EXPECT_LE(most_lookups(ruleset), kMostLookups);
  EXPECT_TRUE(ruleset == compile(compiler.cluster(), "n1"));
  EXPECT_EQ(chain_of(ruleset, "ingress-v4", "10.9.0.1"), bank);
  EXPECT_NE(
      chain_of(ruleset, "ingress-v4", "10.0.0.0") + chain_of(ruleset, "egress-v4", "10.0.0.0"), "");
  expect_agreement(compiler.cluster(), ruleset);
}

std::string case_name(const ::testing::TestParamInfo<CostlyPolicy>& info) {
  auto name = info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Largest, Costly, ::testing::ValuesIn(largest_policies()), case_name);
INSTANTIATE_TEST_SUITE_P(WithinBudget, Costly, ::testing::ValuesIn(largest_within_budget()),
                         case_name);

TEST(CostlyPolicies, AreAsLargeAsAnApiServerTakesThem) {
  for (const auto& policy : largest_policies()) {
    EXPECT_GT(policy.json.size(), 500'000U) << policy.name;
    EXPECT_LT(policy.json.size(), 1'300'000U) << policy.name;
  }
}

// Policies documented as within the budget are within it.
TEST(CostlyPolicies, WithinTheBudgetAreEnforced) {
  for (const auto& policy : largest_within_budget()) {
    ClusterState cluster;
    for (const auto& event : read(policy.json)) cluster.apply(event);
    ASSERT_EQ(cluster.policies().size(), 1U) << policy.name;
    EXPECT_TRUE(cluster.excesses().empty()) << policy.name;
  }
}

}  // namespace
}  // namespace portcullis::test
