// Two tables of which the kernel has, or leaves to us, only one, on the tests' model of nf_tables.
#include <gmock/gmock.h>

#include "compiler/ruleset/diff.h"
#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/enforce/modelled_reconciler.h"

namespace portcullis::test::reconciler_tables_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto kHeld = Reconciler::State::kHeld;
constexpr auto kFailed = Reconciler::State::kFailed;

class ReconcilerTables : public ModelledReconciler,
                         public testing::WithParamInterface<nl::Ownership> {
 protected:
  void start() { ModelledReconciler::start(GetParam()); }

  std::string held_in(TableFamily family) const {
    auto ruleset = kernel_.ruleset();
    return print_nft(take_table(ruleset, family));
  }

  static std::string printed(Ruleset ruleset, TableFamily family) {
    return print_nft(take_table(ruleset, family));
  }

  void expect_held(TableFamily family, const Ruleset& ruleset) const {
    EXPECT_EQ(held_in(family), printed(ruleset, family));
  }

  std::size_t mended() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        attempts_, [](const Attempt& attempt) { return attempt.mended.has_value(); }));
  }
};

TEST_P(ReconcilerTables, PoliciesAreInForceWithoutTheTableOfBridges) {
  kernel_.lack(TableFamily::kBridge);
  start();
  for (const auto& pods : {std::vector<std::string>{"a"}, {"a", "b"}, {"b"}}) {
    want(with_bridge(ruleset_for(pods), pods.back()));
    pass(milliseconds(0));
    EXPECT_TRUE(kernel_.ruleset().sets == ruleset_for(pods).sets) << held();
    EXPECT_EQ(reconciler_->state(), kHeld);
    EXPECT_THAT(attempts_.back().bridge_fault,
                AllOf(HasSubstr("table bridge portcullis"), HasSubstr("not supported")));
    pass(seconds(1));
    EXPECT_EQ(held(), print_nft(ruleset_for(pods)));
  }
  EXPECT_EQ(failures(), 0U);
  EXPECT_EQ(mended(), 0U);
}

TEST_P(ReconcilerTables, TheTableOfBridgesIsTriedAgain) {
  kernel_.lack(TableFamily::kBridge);
  start();
  want(with_bridge(ruleset_for({"a"}), "first"));
  pass(minutes(1));
  const auto dumps = kernel_.dumps();
  pass(minutes(1));
  EXPECT_LE(kernel_.dumps(), dumps + 12) << "every 5 s";
  kernel_.lack({});
  pass(seconds(5));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(attempts_.back().bridge_fault, "");
  want_and_hold(with_bridge(ruleset_for({"b"}), "second"));
  EXPECT_EQ(mended(), 0U);
}

TEST_P(ReconcilerTables, PoliciesStayInForceWhenTheFirstBridgedPodComes) {
  kernel_.lack(TableFamily::kBridge);
  start();
  want_and_hold(ruleset_for({"a"}, "old"));
  EXPECT_EQ(attempts_.back().bridge_fault, "");
  want(with_bridge(ruleset_for({"a", "b"}, "new"), "first"));
  EXPECT_EQ(reconciler_->state(), kHeld);
  EXPECT_NE(attempts_.back().bridge_fault, "");
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(ruleset_for({"a", "b"}, "new")));
  want_and_hold(ruleset_for({"a"}, "old"));
  pass(seconds(5));
  EXPECT_EQ(attempts_.back().bridge_fault, "") << "nothing is desired there any more";
}

TEST_P(ReconcilerTables, SomebodyElsesTableOfBridgesIsLeftAloneUntilHeHasGone) {
  auto thief = kernel_.open("thief (process 9)", nl::Ownership::kOwned);
  const auto theirs = with_bridge({}, "theirs");
  ASSERT_TRUE(thief->commit(diff({}, theirs)));
  start();
  want(with_bridge(ruleset_for({"a"}), "ours"));
  want(with_bridge(ruleset_for({"b"}), "ours"));
  pass(seconds(20));
  expect_held(TableFamily::kInet, wanted_);
  expect_held(TableFamily::kBridge, theirs);
  EXPECT_THAT(attempts_.back().bridge_fault,
              AllOf(HasSubstr("table bridge portcullis belongs to another process"),
                    HasSubstr("stop that one")));
  EXPECT_EQ(failures(), 0U);
  thief.reset();
  pass(seconds(5));
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(wanted_));
  EXPECT_EQ(attempts_.back().bridge_fault, "");
}

TEST_P(ReconcilerTables, BridgesAreFollowedWhilePoliciesCannotBe) {
  auto thief = kernel_.open("thief (process 9)", nl::Ownership::kOwned);
  const auto theirs = ruleset_for({"x"});
  ASSERT_TRUE(thief->commit(diff({}, theirs)));
  start();
  for (const auto* version : {"first", "second"}) {
    want(with_bridge(ruleset_for({"a"}), version));
    pass(minutes(1));
    EXPECT_EQ(reconciler_->state(), kFailed);
    EXPECT_THAT(attempts_.back().error->message, HasSubstr("table inet portcullis belongs to"));
    EXPECT_EQ(attempts_.back().bridge_fault, "");
    expect_held(TableFamily::kInet, theirs);
    EXPECT_THAT(held_in(TableFamily::kBridge), HasSubstr(std::string("frame-") + version));
  }
  thief.reset();
  pass(minutes(1));
  EXPECT_EQ(reconciler_->state(), kHeld);
  EXPECT_EQ(held(), print_nft(wanted_));
}

TEST_P(ReconcilerTables, OrphansOfBothAreTakenOver) {
  const auto before = with_bridge(ruleset_for({"a"}), "first");
  start();
  want_and_hold(before);
  attempts_.clear();
  start();
  want_and_hold(before);
  for (const auto& delta : attempts_.at(0).committed) ADD_FAILURE() << to_string(delta);
}

INSTANTIATE_TEST_SUITE_P(All, ReconcilerTables,
                         testing::Values(nl::Ownership::kShared, nl::Ownership::kOwned),
                         [](const auto& each) {
                           return each.param == nl::Ownership::kShared ? "Shared" : "Owned";
                         });

// Where the table can be taken from us.
class ReconcilerSharedTables : public ModelledReconciler {};

TEST_F(ReconcilerSharedTables, PoliciesFollowAfterSomebodyTakesTheTableOfBridges) {
  start();
  want_and_hold(with_bridge(ruleset_for({"a"}), "first"));
  want(with_bridge(ruleset_for({"a"}, "new"), "second"));  // leaves something behind
  auto thief = kernel_.open("thief (process 9)", nl::Ownership::kOwned);
  Delta theft;
  theft.bridge = TableChange::kReplace;
  ASSERT_TRUE(thief->commit(theft));
  poll();
  EXPECT_NE(attempts_.back().bridge_fault, "");
  want(with_bridge(ruleset_for({"b"}, "newer"), "third"));
  pass(seconds(1));
  EXPECT_EQ(held(), print_nft(ruleset_for({"b"}, "newer")));
  EXPECT_EQ(failures(), 0U);
  thief.reset();
  pass(seconds(6));
  EXPECT_EQ(held(), print_nft(wanted_));
}

}  // namespace
}  // namespace portcullis::test::reconciler_tables_test
