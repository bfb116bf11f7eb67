#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/policy/forward_chain.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/print.h"
#include "tests/property/generators.h"
#include "tests/support/model/kernel_model.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

// Events in random batches: in a small world, so that they often affect the same objects, and some
// of them remove objects.
std::vector<std::vector<Event>> batches() {
  std::vector<std::vector<Event>> batches;
  const int count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    auto batch = *events();
    if (*rc::gen::arbitrary<bool>()) batch.resize(std::min<std::size_t>(batch.size(), 2));
    for (auto& event : batch) {
      if (*rc::gen::inRange(0, 4) == 0) event = removal_of(event);
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

// All objects of the cluster, as a list of each of some kinds.
Update some_lists(const ClusterState& cluster) {
  Update update;
  for (const auto& each : kKinds) {
    if (*rc::gen::arbitrary<bool>()) update.lists.push_back({each.kind, {}});
  }
  const auto add = [&](const Event& event) {
    for (auto& [kind, objects] : update.lists) {
      if (kind == kind_of(event)) objects.push_back(event);
    }
  };
  for (const auto& [key, pod] : cluster.pods()) add(to_event(pod));
  for (const auto& [name, ns] : cluster.namespaces()) add(to_event(ns));
  for (const auto& [key, policy] : cluster.policies()) add(to_event(policy));
  return update;
}

bool have_equal_objects(const ClusterState& one, const ClusterState& other) {
  const auto are_equal = [](const auto& left, const auto& right) {
    return std::ranges::equal(left, right, [](const auto& a, const auto& b) {
      return a.first == b.first && *a.second == *b.second;
    });
  };
  return are_equal(one.pods(), other.pods()) && are_equal(one.namespaces(), other.namespaces()) &&
         are_equal(one.policies(), other.policies());
}

void assert_equal(const Ruleset& seen, const Ruleset& expected) {
  if (seen == expected) return;
  RC_LOG() << "expected\n" << print_nft(expected) << "\nseen\n" << print_nft(seen);
  RC_FAIL("the rulesets differ");
}

RulesetSize size_of(const Ruleset& ruleset) {
  RulesetSize size{ruleset.chains.size(), ruleset.sets.size(), 0};
  for (const auto& [name, set] : ruleset.sets) size.elements += set.elements.size();
  return size;
}

std::vector<Rejection> sorted(std::vector<Rejection> rejected) {
  std::ranges::sort(rejected);
  return rejected;
}

std::vector<std::string> lines(const std::vector<AddressConflict>& conflicts) {
  std::vector<std::string> lines;
  lines.reserve(conflicts.size());
  for (const auto& conflict : conflicts) lines.push_back(to_string(conflict));
  return lines;
}

// The quarantine of the node with that name after this change of address owners.
void follow_quarantine(const AddressOwners& before, const AddressOwners& after,
                       ClusterState& cluster) {
  for (const auto& [address, subject] : before) cluster.quarantine(address, subject.pod->key);
  for (const auto& [address, subject] : after) cluster.release(address);
}

std::vector<Address> some_quarantined(const ClusterState& cluster) {
  std::vector<Address> some;
  for (const auto& [address, former] : cluster.quarantined()) {
    if (*rc::gen::arbitrary<bool>()) some.push_back(address);
  }
  return some;
}

std::vector<Address> some_addresses() {
  std::vector<Address> some;
  const int count = *rc::gen::inRange(0, 3);
  for (int i = 0; i < count; ++i) some.push_back((*connection()).source);
  return some;
}

std::vector<Address> united(std::vector<Address> one, const std::vector<Address>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::sort(one.begin(), one.end());
  one.erase(std::unique(one.begin(), one.end()), one.end());
  return one;
}

void assert_equals_a_compilation_from_scratch(const Budgets& budgets) {
  IncrementalCompiler incremental("n1", budgets);
  ClusterState cluster(budgets);
  for (const auto& batch : batches()) {
    const auto owners = address_owners(cluster);
    const auto here = subjects(cluster, "n1");
    for (const auto& event : batch) cluster.apply(event);
    follow_quarantine(here, subjects(cluster, "n1"), cluster);
    const auto delta = incremental.apply({.events = batch});
    const auto from_scratch = compile_all(cluster, "n1");
    assert_equal(incremental.ruleset(), from_scratch.ruleset);
    RC_ASSERT(sorted(incremental.rejected()) == from_scratch.rejected);
    RC_ASSERT(incremental.size() == size_of(incremental.ruleset()));
    RC_ASSERT(incremental.cluster().quarantined() == cluster.quarantined());
    RC_ASSERT(lines(incremental.conflicts()) == lines(address_conflicts(cluster)));
    RC_ASSERT(delta.lost == united(lost_addresses(owners, address_owners(cluster)),
                                   lost_addresses(here, subjects(cluster, "n1"))));
  }
}

RC_GTEST_PROP(IncrementalLaws, QuarantineEqualsACompilationFromScratchToo, ()) {
  IncrementalCompiler incremental("n1");
  for (const auto& batch : batches()) {
    incremental.apply({.events = batch});
    incremental.quarantine(some_addresses());
    assert_equal(incremental.ruleset(), compile(incremental.cluster(), "n1"));
    incremental.release(united(some_quarantined(incremental.cluster()), some_addresses()));
    assert_equal(incremental.ruleset(), compile(incremental.cluster(), "n1"));
    for (const auto& [address, subject] : subjects(incremental.cluster(), "n1")) {
      RC_ASSERT(!incremental.cluster().quarantined().contains(address));
    }
  }
}

RC_GTEST_PROP(IncrementalLaws, EqualsACompilationFromScratchAfterEachStep, ()) {
  assert_equals_a_compilation_from_scratch({});
}

RC_GTEST_PROP(IncrementalLaws, EqualsACompilationFromScratchBeyondBudgets, ()) {
  assert_equals_a_compilation_from_scratch(small_budgets());
}

// Whether both send the same addresses through the same chains. Where they do not, `seen` must have
// the address in quarantine.
bool same_dispatch(const Ruleset& seen, const Ruleset& expected) {
  bool same = true;
  for (const auto family : kFamilies) {
    for (const auto* direction : {"ingress", "egress"}) {
      const auto name = in_family(direction, family);
      std::map<ElementKey, std::string> chains;
      for (const auto& element : seen.sets.at(name).elements) chains[element.key] = element.jump;
      same = same && seen.sets.at(name) == expected.sets.at(name);
      for (const auto& element : expected.sets.at(name).elements) {
        const auto& chain = chains.at(element.key);
        RC_ASSERT(chain == element.jump || chain.ends_with("-quarantine"));
      }
    }
  }
  return same;
}

// A profile rejected for its pods may stay rejected after some of them went; nothing else may
// differ.
RC_GTEST_PROP(IncrementalLaws, NeverHasMorePodsInAProfileThanItsBudget, ()) {
  Budgets budgets;
  budgets.pods = *rc::gen::inRange<std::size_t>(1, 8);
  IncrementalCompiler incremental("n1", budgets);
  KernelModel kernel(compile({}, "n1"));
  incremental.apply({});
  for (const auto& batch : batches()) {
    if (const auto done = kernel.apply(incremental.apply({.events = batch})); !done) {
      RC_FAIL(done.error().message);
    }
    assert_equal(kernel.ruleset(), incremental.ruleset());
    const auto from_scratch = compile_all(incremental.cluster(), "n1");
    for (const auto& rejection : from_scratch.rejected) {
      const auto rejected = incremental.rejected();
      RC_ASSERT(std::ranges::find(rejected, rejection) != rejected.end());
    }
    if (same_dispatch(incremental.ruleset(), from_scratch.ruleset)) {
      assert_equal(incremental.ruleset(), from_scratch.ruleset);
    }
  }
}

// A source that lists again, and whose updates wait for one another, leads to the same.
RC_GTEST_PROP(IncrementalLaws, ListsAndPendingUpdatesAreWhatTheirEventsWouldBe, ()) {
  IncrementalCompiler incremental("n1");
  ClusterState cluster;
  Update pending;
  for (const auto& batch : batches()) {
    for (const auto& event : batch) cluster.apply(event);
    pending.append({.events = batch});
    pending.append(some_lists(cluster));
    if (*rc::gen::arbitrary<bool>()) continue;
    incremental.apply(std::exchange(pending, {}));
    RC_ASSERT(have_equal_objects(incremental.cluster(), cluster));
    assert_equal(incremental.ruleset(), compile(incremental.cluster(), "n1"));
  }
}

RC_GTEST_PROP(IncrementalLaws, ChangesLeadFromRulesetToRuleset, ()) {
  IncrementalCompiler incremental("n1");
  KernelModel kernel(compile({}, "n1"));
  incremental.apply({});
  const auto follow = [&](const Ruleset& before, const Delta& delta) {
    RC_ASSERT(to_string(delta) == to_string(diff(before, incremental.ruleset())));
    const auto done = kernel.apply(delta);
    if (!done) RC_FAIL(done.error().message);
    assert_equal(kernel.ruleset(), incremental.ruleset());
  };
  for (const auto& batch : batches()) {
    auto before = incremental.ruleset();
    follow(before, incremental.apply({.events = batch}));
    before = incremental.ruleset();
    follow(before, incremental.quarantine(some_addresses()));
    before = incremental.ruleset();
    follow(before, incremental.release(some_quarantined(incremental.cluster())));
  }
}

// Removed objects have been forgotten, too.
RC_GTEST_PROP(IncrementalLaws, EndsEmptyOnceEverythingIsGone, ()) {
  IncrementalCompiler incremental("n1");
  for (const auto& batch : batches()) {
    incremental.apply({.events = batch});
    std::vector<Event> removals;
    for (const auto& [key, pod] : incremental.cluster().pods()) {
      removals.push_back(PodEvent{key, nullptr});
    }
    for (const auto& [name, ns] : incremental.cluster().namespaces()) {
      removals.push_back(NamespaceEvent{{"", name}, nullptr});
    }
    for (const auto& [key, policy] : incremental.cluster().policies()) {
      removals.push_back(PolicyEvent{key, nullptr});
    }
    incremental.apply({.events = removals});
    std::vector<Address> closed;
    for (const auto& [address, former] : incremental.cluster().quarantined()) {
      closed.push_back(address);
    }
    incremental.release(closed);
    assert_equal(incremental.ruleset(), compile({}, "n1"));
    RC_ASSERT(incremental.conflicts().empty());
  }
}

}  // namespace
}  // namespace portcullis::test
