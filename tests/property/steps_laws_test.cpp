#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/steps.h"
#include "tests/property/generators.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/model/kernel_model.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

std::vector<Packet> packets() {
  std::vector<Packet> packets;
  for (int i = 0; i < 20; ++i) {
    const auto probe = *connection();
    packets.push_back({probe.source, probe.destination, probe.protocol, probe.port});
  }
  return packets;
}

std::vector<bool> verdicts(const Ruleset& ruleset, const std::vector<Packet>& packets) {
  std::vector<bool> verdicts;
  for (const auto& packet : packets) verdicts.push_back(passes(ruleset, packet));
  return verdicts;
}

RC_GTEST_PROP(StepsLaws, EachDecidesAsBeforeOrAsAfter, ()) {
  const auto from = compile(any_cluster("from"), "n1");
  const auto to = compile(any_cluster("to"), "n1");
  const auto probes = packets();
  const auto before = verdicts(from, probes);
  const auto after = verdicts(to, probes);
  KernelModel kernel(from);
  bool switched = false;
  const auto todo = steps(diff(from, to));
  for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove}) {
    const auto done = kernel.apply(*step);
    if (!done) RC_FAIL(done.error().message);
    const auto now = verdicts(kernel.ruleset(), probes);
    switched = switched || now != before;
    RC_ASSERT(now == (switched ? after : before));
  }
  RC_ASSERT(kernel.ruleset() == to);
}

// Nobody sees one before the last: then the law above holds for the step.
RC_GTEST_PROP(StepsLaws, BatchesAreBoundedAndPrepareTheSame, ()) {
  const auto prepare = steps(diff({}, compile(any_cluster("to"), "n1"))).prepare;
  const auto most = *rc::gen::inRange<std::size_t>(1, 10);
  KernelModel whole;
  RC_ASSERT(whole.apply(prepare));
  KernelModel kernel;
  for (const auto& batch : in_batches(prepare, most)) {
    std::size_t elements = 0;
    std::size_t largest_whole = 0;
    for (const auto& operation : operations(batch)) {
      const auto* add = std::get_if<AddElements>(&operation);
      if (add == nullptr) continue;
      elements += add->elements.size();
      if (add->set.interval) largest_whole = std::max(largest_whole, add->elements.size());
    }
    RC_ASSERT(elements <= std::max(most, largest_whole));
    const auto done = kernel.apply(batch);
    if (!done) RC_FAIL(done.error().message);
  }
  RC_ASSERT(kernel.ruleset() == whole.ruleset());
}

// A refusal or a crash between its batches: what is left is finished unseen, and nothing else is
// done than what was due.
RC_GTEST_PROP(StepsLaws, APreparationThatIsCutShortIsResumedUnseen, ()) {
  const auto from = compile(any_cluster("from"), "n1");
  const auto to = compile(any_cluster("to"), "n1");
  RC_PRE(!from.empty() && !to.empty());
  KernelModel kernel(from);
  const auto planned = steps(diff(from, to));
  const auto batches = in_batches(planned.prepare, *rc::gen::inRange<std::size_t>(1, 10));
  const auto done = *rc::gen::inRange<std::size_t>(0, batches.size() + 1);
  for (std::size_t i = 0; i < done; ++i) RC_ASSERT(kernel.apply(batches[i]));
  const auto left = steps(diff(kernel.ruleset(), to));
  RC_ASSERT(left.exchange.change == TableChange::kNone);
  RC_ASSERT(to_string(left.exchange) == to_string(planned.exchange));
  for (const auto& batch : in_batches(left.prepare, 3)) RC_ASSERT(kernel.apply(batch));
  for (const auto* step : {&left.exchange, &left.remove}) RC_ASSERT(kernel.apply(*step));
  RC_ASSERT(kernel.ruleset() == to);
}

}  // namespace
}  // namespace portcullis::test
