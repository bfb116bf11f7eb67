#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "compiler/explain/explanation.h"
#include "tests/property/generators.h"
#include "tests/property/reproduction.h"

namespace portcullis::test {
namespace {

bool contains(const AllowedTraffic& traffic, const Connection& connection) {
  if (!connection.port) return traffic.others;
  const auto value = static_cast<std::uint32_t>(connection.protocol) << 16 | *connection.port;
  return std::any_of(traffic.ports.begin(), traffic.ports.end(), [&](const auto& range) {
    return range.first <= value && value <= range.last;
  });
}

RC_GTEST_PROP(ExplainLaws, AllowedTrafficIsWhatTheEvaluatorAllows, ()) {
  const auto cluster = any_cluster();
  for (int i = 0; i < 20; ++i) {
    const auto probe = *connection();
    const auto explanation = explain(cluster, probe);
    if (contains(explanation.between.both(), probe) == evaluate(cluster, probe).allowed()) continue;
    RC_LOG() << commands_for(probe) << "\n";
    RC_FAIL("the allowed traffic and the evaluator disagree");
  }
}

RC_GTEST_PROP(ExplainLaws, ADenialHasTheNearestMissOfItsPolicies, ()) {
  const auto cluster = any_cluster();
  const auto probe = *connection();
  RC_LOG() << commands_for(probe) << "\n";
  const auto evaluation = evaluate(cluster, probe);
  for (const auto& verdict : {evaluation.egress, evaluation.ingress}) {
    RC_ASSERT(verdict.rule.has_value() == (verdict.reason == Reason::kRule));
    if (!verdict.nearest_miss) continue;
    RC_ASSERT(verdict.reason == Reason::kNoRule);
    RC_ASSERT(!(verdict.nearest_miss->peers_match && verdict.nearest_miss->ports_match));
    const auto& policies = verdict.policies;
    RC_ASSERT(std::count(policies.begin(), policies.end(), verdict.nearest_miss->rule.policy) == 1);
  }
}

RC_GTEST_PROP(ExplainLaws, EveryExplanationCanBeTold, ()) {
  const auto cluster = any_cluster();
  const auto probe = *connection();
  RC_LOG() << commands_for(probe) << "\n";
  const std::vector explanations = {explain(cluster, probe)};
  const bool denied = !explanations.front().allowed();
  const auto text = print_text(cluster, explanations);
  RC_ASSERT((text.find(": denied\n") != text.npos) == denied);
  RC_ASSERT(!print_json(cluster, explanations).empty());
}

}  // namespace
}  // namespace portcullis::test
