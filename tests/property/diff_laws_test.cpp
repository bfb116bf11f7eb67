#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "compiler/ruleset/diff.h"
#include "tests/property/generators.h"
#include "tests/support/model/kernel_model.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

Result<Ruleset> applied(const Ruleset& from, const Ruleset& to) {
  KernelModel kernel(from);
  const auto done = kernel.apply(diff(from, to));
  if (!done) return tl::unexpected(done.error());
  return kernel.ruleset();
}

void assert_leads_to(const Ruleset& from, const Ruleset& to) {
  const auto result = applied(from, to);
  if (!result) RC_FAIL(result.error().message);
  RC_ASSERT(*result == to);
}

// Foreign changes of our table: objects removed, changed and added.
Ruleset tampered(Ruleset ruleset) {
  for (auto& [name, set] : ruleset.sets) {
    if (*rc::gen::inRange(0, 4) == 0) set.spec.comment += "!";
    if (!set.elements.empty() && *rc::gen::inRange(0, 3) == 0) set.elements.pop_back();
  }
  for (auto& [name, chain] : ruleset.chains) {
    if (*rc::gen::inRange(0, 4) == 0) chain.rules.push_back(Rule{{Foreign{"log"}}});
    if (chain.spec.base && *rc::gen::inRange(0, 6) == 0) chain.spec.base->priority = 5;
  }
  ruleset.chains["foreign"] = {{"foreign", std::nullopt, ""}, {Rule{{Counter{}}}}};
  return ruleset;
}

RC_GTEST_PROP(DiffLaws, ApplyingTheDifferenceGivesTheOther, ()) {
  const auto from = compile(any_cluster("from"), "n1");
  const auto to = compile(any_cluster("to"), "n1");
  assert_leads_to(from, to);
  assert_leads_to({}, to);
  assert_leads_to(from, {});
}

RC_GTEST_PROP(DiffLaws, TamperedTableIsRepaired, ()) {
  const auto wanted = compile(any_cluster(), "n1");
  assert_leads_to(tampered(wanted), wanted);
}

RC_GTEST_PROP(DiffLaws, DifferenceToItselfIsEmpty, ()) {
  const auto ruleset = compile(any_cluster(), "n1");
  RC_ASSERT(diff(ruleset, ruleset).empty());
}

RC_GTEST_PROP(DiffLaws, OnePodThatChangesNothingCostsNothing, ()) {
  auto cluster = any_cluster();
  const auto before = compile(cluster, "n1");
  Pod stranger;
  stranger.key = {"nowhere", "pod"};
  stranger.node_name = "n1";
  cluster.apply(PodEvent{stranger.key, std::make_shared<const Pod>(stranger)});
  RC_ASSERT(diff(before, compile(cluster, "n1")).empty());
}

}  // namespace
}  // namespace portcullis::test
