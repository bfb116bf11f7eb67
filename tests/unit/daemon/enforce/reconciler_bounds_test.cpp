// The cost of an attempt for the event loop, and the kernel's content besides the desired one, on
// the tests' model of nf_tables.
#include <gmock/gmock.h>

#include <algorithm>

#include "compiler/ruleset/diff.h"
#include "tests/support/model/deltas.h"
#include "tests/support/sanitized.h"
#include "tests/unit/daemon/enforce/modelled_reconciler.h"

namespace portcullis::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kDue = Reconciler::State::kDue;
constexpr auto kHeld = Reconciler::State::kHeld;

class ReconcilerBounds : public ModelledReconciler {
 protected:
  // Somebody commits to another table whenever we dump ours, which takes this long.
  void interrupt_every_dump(milliseconds dump_takes = milliseconds(50)) {
    kernel_.during_dumps([this, dump_takes] {
      kernel_.commit_elsewhere();
      time_.pass(dump_takes);
    });
  }

  void leave_dumps_alone() { kernel_.during_dumps({}); }

  // The maximum number of dumps in one turn of the loop, until `end`.
  std::size_t most_dumps_in_a_turn(ManualTime::Clock::duration duration) {
    const auto end = time_.now() + duration;
    std::size_t most = 0;
    for (bool rang = true; rang;) {
      const auto before = kernel_.dumps();
      rang = time_.ring_next(end);
      most = std::max(most, kernel_.dumps() - before);
      poll();
    }
    return most;
  }
};

TEST_F(ReconcilerBounds, AnInterruptedDumpIsRepeatedInAnotherTurnWithBackoff) {
  interrupt_every_dump();
  start();
  want(ruleset_for({"a"}));
  EXPECT_EQ(most_dumps_in_a_turn(minutes(10)), 1U);
  EXPECT_LE(kernel_.dumps(), 220U);
  EXPECT_GE(failures(), 20U) << "and is told of";
  EXPECT_EQ(attempts_.back().error->code, ErrorCode::kInterrupted);
  EXPECT_TRUE(kernel_.ruleset().empty());
  leave_dumps_alone();
  pass(minutes(1));
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerBounds, AFewInterruptionsAreNoFailure) {
  interrupt_every_dump();
  start();
  want(ruleset_for({"a"}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(reconciler_->state(), kDue);
    ASSERT_TRUE(time_.ring_next(time_.now() + seconds(1)));
    want(ruleset_for({"a", "b"}));
  }
  leave_dumps_alone();
  pass(seconds(1));
  EXPECT_EQ(failures(), 0U);
  EXPECT_EQ(held(), print_nft(ruleset_for({"a", "b"})));
}

TEST_F(ReconcilerBounds, ADumpNeverTakesMoreThanHalfOfTheLoop) {
  interrupt_every_dump(seconds(2));
  start();
  want(ruleset_for({"a"}));
  pass(minutes(1));
  EXPECT_LE(kernel_.dumps(), 60U / 2 / 2 + 1) << "2 s each";
}

TEST_F(ReconcilerBounds, ChangesAreCommittedWhileVerificationIsInterrupted) {
  start();
  want_and_hold(ruleset_for({"a"}));
  interrupt_every_dump();
  kernel_.set_notification_room(0);  // lost: so it must look
  kernel_.commit_elsewhere();
  poll();
  for (const auto& pods : {std::vector<std::string>{"a", "b"}, {"b"}, {"a", "b", "c"}}) {
    const auto dumps = kernel_.dumps();
    want(ruleset_for(pods, "policy-" + pods.back()));
    EXPECT_EQ(kernel_.dumps(), dumps);
    EXPECT_EQ(reconciler_->state(), kHeld);
    EXPECT_EQ(kernel_.ruleset().sets, wanted_.sets);
  }
  EXPECT_FALSE(attempts_.back().unverified);
  EXPECT_EQ(most_dumps_in_a_turn(minutes(5)), 1U);
  EXPECT_LE(kernel_.dumps(), 30U);
  EXPECT_EQ(failures(), 0U);
  EXPECT_TRUE(attempts_.back().unverified);
  leave_dumps_alone();
  pass(minutes(1));
  EXPECT_FALSE(attempts_.back().unverified);
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerBounds, ForeignChangesDoNotShortenTheBackoffOfDumps) {
  start();
  want_and_hold(ruleset_for({"a"}));
  interrupt_every_dump(milliseconds(1));
  const auto somebody = kernel_.open("nft (process 7)");
  const auto before = kernel_.dumps();
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(somebody->commit(with_rules("forward", {})));
    pass(milliseconds(10));
  }
  EXPECT_LE(kernel_.dumps() - before, 15U) << "in 10 s";
  leave_dumps_alone();
  pass(minutes(1));
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerBounds, CommitsToOtherTablesCostNoDump) {
  start();
  want_and_hold(ruleset_for({"a"}));
  const auto dumps = kernel_.dumps();
  for (int i = 0; i < 1'000; ++i) {
    kernel_.commit_elsewhere();
    pass(milliseconds(50));
    if (i % 100 == 0) want(ruleset_for({"a", "b"}, std::to_string(i)));
    kernel_.commit_elsewhere();
    if (i % 3 == 0) pass(milliseconds(50));
  }
  EXPECT_EQ(kernel_.dumps(), dumps);
  EXPECT_EQ(held(), print_nft(wanted_));
}

// A commit without notification, or not yet: then only the generation shows it.
TEST_F(ReconcilerBounds, ACommitOfWhichNobodyToldCostsOneDump) {
  start();
  want_and_hold(ruleset_for({"a"}));
  const auto somebody = kernel_.open("nft (process 7)");
  kernel_.commit_elsewhere();
  const auto dumps = kernel_.dumps();
  kernel_.set_notification_room(0);
  ASSERT_TRUE(somebody->commit(with_rules("forward", {})));
  kernel_.set_notification_room(1'000);
  pass(minutes(1));
  EXPECT_EQ(kernel_.dumps(), dumps + 1);
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerBounds, RemovalWaitsWhateverItsSize) {
  std::vector<std::size_t> sizes{1, 600};
  if (!kSanitized) sizes.push_back(2'000);  // the comparisons take its square
  for (const auto chains : sizes) {
    start();
    want_and_hold(ruleset_of_chains(chains, "old"));
    const auto old = kernel_.ruleset().chains;
    want(ruleset_of_chains(chains, "new"));
    pass(milliseconds(99));
    const auto& now = kernel_.ruleset().chains;
    EXPECT_TRUE(std::ranges::all_of(old, [&](const auto& chain) {
      return now.contains(chain.first) && now.at(chain.first) == chain.second;
    })) << chains;
    pass(milliseconds(1));
    EXPECT_EQ(held(), print_nft(wanted_));
    EXPECT_FALSE(reconciler_->has_stale());
  }
}

TEST_F(ReconcilerBounds, RemovalComesInSpiteOfConstantChange) {
  start();
  constexpr std::size_t kChains = 100;
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    want(ruleset_of_chains(kChains, std::to_string(i)));
    pass(milliseconds(20));
    most = std::max(most, kernel_.ruleset().chains.size());
  }
  EXPECT_LE(most, 6 * kChains + 1) << "what five changes left in 100 ms, and what is wanted";
  pass(milliseconds(100));
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerBounds, WhatIsWantedAgainIsKept) {
  start();
  want_and_hold(ruleset_of_chains(5, "a"));
  for (int i = 0; i < 50; ++i) {
    want(ruleset_of_chains(5, i % 2 == 0 ? "b" : "a"));
    pass(milliseconds(i));
  }
  pass(milliseconds(100));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(ReconcilerBounds, WhatWasLeftBehindGoesWithItsTable) {
  const auto pods = ruleset_for({"a"});
  start();
  want_and_hold(with_bridge(pods, "old"));
  want(with_bridge(pods, "new"));
  want(pods);
  want(with_bridge(pods, "old"));
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(failures(), 0U);
  for (const auto& attempt : attempts_) EXPECT_FALSE(attempt.refused) << *attempt.refused;
}

TEST_F(ReconcilerBounds, TheDifferenceIsAskedForOnce) {
  start();
  want_and_hold(ruleset_for({"a"}));
  interrupt_every_dump();
  const auto before = kernel_.dumps();
  const auto difference = reconciler_->difference();
  ASSERT_FALSE(difference);
  EXPECT_EQ(difference.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(kernel_.dumps(), before + 1);
  EXPECT_TRUE(reconciler_->table_isolates()) << "if it does not say";
  EXPECT_LE(kernel_.dumps(), before + 4);
}

TEST_F(ReconcilerBounds, CountersAreThoseOfTheLastTimeWhereReadingThemIsInterrupted) {
  start();
  want_and_hold(ruleset_for({"a"}));
  const auto read = reconciler_->counters();
  ASSERT_TRUE(read);
  ASSERT_FALSE(read->empty());
  interrupt_every_dump();
  const auto kept = reconciler_->counters();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), read->size());
}

}  // namespace
}  // namespace portcullis::test
