// Faults between the reconciler and the kernel, on the tests' model of nf_tables.
#include <gmock/gmock.h>

#include "compiler/ruleset/diff.h"
#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/enforce/modelled_reconciler.h"

namespace portcullis::test::reconciler_faults_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr auto kHeld = Reconciler::State::kHeld;
constexpr auto kFailed = Reconciler::State::kFailed;

class ReconcilerFaults : public ModelledReconciler {
 protected:
  void commit_as(nl::KernelTable& somebody, const Delta& delta) {
    const auto done = somebody.commit(delta);
    ASSERT_TRUE(done) << done.error().message;
  }

  void commit_as_nft(const Delta& delta) {
    commit_as(*kernel_.open("nft (process 7)"), delta);
    poll();
  }
};

TEST_F(ReconcilerFaults, ARefusedBatchLeavesTheTableAsItWas) {
  start();
  want_and_hold(ruleset_for({"a"}));
  want(refused_ruleset());
  pass(minutes(1));
  EXPECT_EQ(reconciler_->state(), kFailed);
  EXPECT_THAT(attempts_.back().error->message, HasSubstr("no-such-set"));
  EXPECT_EQ(held(), print_nft(ruleset_for({"a"})));
  want(ruleset_for({"b", "c"}));
  pass(minutes(1));
  EXPECT_EQ(reconciler_->state(), kHeld);
  EXPECT_EQ(held(), print_nft(ruleset_for({"b", "c"})));
}

// Wherever it is cut short, what is left is prepared before packets meet it.
TEST_F(ReconcilerFaults, APreparationThatIsCutShortIsResumedUnseen) {
  for (int batch = 0; batch < 4; ++batch) {
    SCOPED_TRACE(batch);
    reconciler_.reset();
    kernel_ = NfTablesModel();
    attempts_.clear();
    wanted_ = {};
    start();
    want_and_hold(ruleset_for({"a"}));
    kernel_.refuse_after(batch);
    want(large_ruleset());
    pass(seconds(1));
    EXPECT_EQ(held(), print_nft(large_ruleset()));
    EXPECT_THAT(*attempts_.at(1).refused, HasSubstr("Cannot allocate memory"));
    for (const auto& attempt : attempts_) {
      EXPECT_FALSE(attempt.mended);
      for (const auto& delta : attempt.committed) EXPECT_NE(delta.change, TableChange::kReplace);
    }
    const auto& exchange = attempts_.at(1).committed.back();
    EXPECT_TRUE(exchange.rules.empty()) << to_string(exchange);
    EXPECT_EQ(exchange.elements.size(), 1U) << to_string(exchange);
  }
}

TEST_F(ReconcilerFaults, ARefusalIsNotBlamedOnAnybody) {
  for (const auto ownership : {nl::Ownership::kShared, nl::Ownership::kOwned}) {
    reconciler_.reset();
    kernel_ = NfTablesModel();
    wanted_ = {};
    start(ownership);
    want_and_hold(ruleset_for({"a"}));
    kernel_.refuse_after(0);
    kernel_.commit_elsewhere();
    want(ruleset_for({"a", "b"}));
    EXPECT_EQ(held(), print_nft(wanted_));
    EXPECT_TRUE(attempts_.back().refused);
    EXPECT_FALSE(attempts_.back().mended) << *attempts_.back().mended;
  }
}

TEST_F(ReconcilerFaults, WhatIsHeldIsNotRetried) {
  start();
  want_and_hold(ruleset_for({"a"}));
  want(refused_ruleset());
  pass(seconds(1));
  reconciler_->hold();
  wanted_ = ruleset_for({"b"});
  pass(minutes(2));
  EXPECT_EQ(held(), print_nft(ruleset_for({"a"})));
  want(ruleset_for({"c"}));
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(ruleset_for({"c"})));
}

TEST_F(ReconcilerFaults, ASteadyStreamOfChangesDoesNotShortenTheBackoff) {
  start();
  want_and_hold(ruleset_for({"a"}));
  want(refused_ruleset());
  for (int i = 0; i < 1'200; ++i) {
    pass(milliseconds(50));
    want(refused_ruleset());
  }
  EXPECT_EQ(failures(), 10U) << "in a minute: 0.1 s, 0.2 s, 0.4 s ... 30 s apart";
  EXPECT_EQ(attempts_.back().next_try, seconds(30));
}

// A foreign map holds the object to remove, until a verification would find it.
TEST_F(ReconcilerFaults, WhatIsBusyIsRemovedOnceItIsNotWithWhatCameAfterIt) {
  start(nl::Ownership::kShared, false);
  want_and_hold(ruleset_for({"a"}, "old"));
  const auto old = kernel_.ruleset().chains;
  want(ruleset_for({"a"}, "new"));
  const auto stale = std::ranges::find_if(
      old, [&](const auto& entry) { return !wanted_.chains.contains(entry.first); });
  ASSERT_NE(stale, old.end());
  const auto somebody = kernel_.open("nft (process 7)");
  const SetSpec map{"user", {FieldType::kIpv4Addr}, false, true, ""};
  const Element jump{ElementKey().append(*parse_address("10.9.9.9")), {}, stale->first};
  commit_as(*somebody, with_set({map, {jump}}));
  for (int i = 0; i < 10; ++i) {
    pass(milliseconds(50));
    want(ruleset_for({"a"}, "newer-" + std::to_string(i)));
    EXPECT_TRUE(kernel_.ruleset().chains.contains(stale->first));
    EXPECT_EQ(reconciler_->state(), kHeld);
  }
  commit_as(*somebody, without_elements(map, {jump}));
  commit_as(*somebody, without_set("user"));
  pass(milliseconds(200));
  EXPECT_EQ(held(), print_nft(wanted_));
  for (const auto& attempt : attempts_) EXPECT_FALSE(attempt.error || attempt.mended);
}

TEST_F(ReconcilerFaults, AForeignChangeIsMendedAtOnceAndItsAuthorNamed) {
  start();
  want_and_hold(ruleset_for({"a"}));
  const auto before = time_.now();
  commit_as_nft(diff(ruleset_for({"a"}), ruleset_for({"a", "b"})));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(time_.now(), before);
  EXPECT_EQ(attempts_.back().mended, "nft (process 7) changed it");
}

TEST_F(ReconcilerFaults, ADeletedTableIsMendedAtOnce) {
  start();
  want_and_hold(ruleset_for({"a"}));
  commit_as_nft(to_table(TableChange::kDelete));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(attempts_.back().culprit, "nft (process 7)");
}

TEST_F(ReconcilerFaults, AChangeOnADeletedTableMendsItBeforeItIsHeardOf) {
  start();
  want_and_hold(ruleset_for({"a"}));
  commit_as(*kernel_.open("nft (process 7)"), to_table(TableChange::kDelete));
  want(ruleset_for({"a", "b"}));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(attempts_.back().mended, "nft (process 7) changed it");
  EXPECT_EQ(failures(), 0U);
  const auto dumps = kernel_.dumps();
  pass(minutes(1));
  EXPECT_EQ(kernel_.dumps(), dumps) << "what was told of it was past";
}

TEST_F(ReconcilerFaults, ALostNotificationLeadsToADump) {
  start();
  want_and_hold(ruleset_for({"a"}));
  kernel_.set_notification_room(0);
  commit_as_nft(diff(ruleset_for({"a"}), ruleset_for({"a", "b"})));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(attempts_.back().culprit, "somebody");
}

TEST_F(ReconcilerFaults, LostAnswersLeadToADump) {
  start();
  want_and_hold(ruleset_for({"a"}));
  kernel_.lose_answers(1);
  want(ruleset_for({"a", "b"}, "new"));
  EXPECT_EQ(reconciler_->state(), kHeld);
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(failures(), 0U);
}

TEST_F(ReconcilerFaults, AnswersThatAreLostAgainAndAgainAreAFailure) {
  start();
  want_and_hold(ruleset_for({"a"}));
  kernel_.lose_answers(1'000);
  want(ruleset_for({"a", "b"}, "new"));
  EXPECT_EQ(reconciler_->state(), kFailed);
  pass(seconds(1));
  EXPECT_EQ(reconciler_->state(), kHeld) << "what was committed stays: there is nothing to do";
  kernel_.lose_answers(0);
  pass(minutes(1));
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerFaults, AnotherOwnerIsNamedAndItsTableTakenOnceItHasGone) {
  auto other = kernel_.open("thief (process 9)", nl::Ownership::kOwned);
  commit_as(*other, diff({}, ruleset_for({"x"})));
  start(nl::Ownership::kOwned);
  want(ruleset_for({"a"}));
  pass(seconds(1));
  EXPECT_EQ(reconciler_->state(), kFailed);
  EXPECT_THAT(attempts_.back().error->message, HasSubstr("belongs to another process"));
  EXPECT_EQ(held(), print_nft(ruleset_for({"x"})));
  other.reset();
  pass(minutes(1));
  EXPECT_EQ(reconciler_->state(), kHeld);
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_FALSE(kernel_.open("nft (process 7)")->commit(to_table(TableChange::kDelete)));
}

TEST_F(ReconcilerFaults, ATableThatAnotherProcessTakesIsTakenBackOnceItHasGone) {
  start();
  want_and_hold(ruleset_for({"a"}));
  auto thief = kernel_.open("thief (process 9)", nl::Ownership::kOwned);
  commit_as(*thief, to_table(TableChange::kReplace));
  poll();
  EXPECT_EQ(reconciler_->state(), kFailed);
  thief.reset();
  pass(minutes(1));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(reconciler_->state(), kHeld);
}

TEST_F(ReconcilerFaults, WhatAForerunnerLeftBehindWaitsTooBeforeItIsRemoved) {
  start();
  want_and_hold(ruleset_for({"a"}, "old"));
  want(ruleset_for({"a"}, "new"));
  start();  // it crashed, and came back at once
  want(wanted_);
  pass(milliseconds(99));
  EXPECT_NE(held(), print_nft(wanted_)) << "packets may be under way";
  pass(milliseconds(1));
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_F(ReconcilerFaults, AForeignBaseChainIsUnhookedAtOnceWithAnExchangeToo) {
  start();
  want_and_hold(ruleset_for({"a"}));
  auto intrusion =
      with_chain({"intruder", BaseChain{}, ""}, {Rule{{Verdict{Verdict::Kind::kDrop}}}});
  intrusion.rules["forward"] = {};
  commit_as_nft(intrusion);
  EXPECT_FALSE(kernel_.ruleset().chains.contains("intruder"));
  EXPECT_EQ(held(), print_nft(wanted_));
}

}  // namespace
}  // namespace portcullis::test::reconciler_faults_test
