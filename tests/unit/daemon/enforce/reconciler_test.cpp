#include "daemon/enforce/reconciler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "tests/support/model/deltas.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/netns/requirement.h"
#include "tests/unit/daemon/enforce/wanted_rulesets.h"

namespace portcullis {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::refused_ruleset;
using test::ruleset_for;
using test::to_table;
using test::with_set;
using test::without_elements;
using test::without_set;

constexpr ReconcilerTiming kNoVerification{milliseconds(1), milliseconds(20), hours(1),
                                           milliseconds(1)};
constexpr ReconcilerTiming kOftenVerified{milliseconds(1), milliseconds(20), milliseconds(10),
                                          milliseconds(1)};

class ReconcilerInKernel : public testing::Test {
 protected:
  void SetUp() override {
    auto network = test::NetworkNamespace::create();
    if (!network) SKIP_WITHOUT_NF_TABLES(network.error().message);
    network_.emplace(std::move(*network));
  }

  nl::Kernel open_kernel(nl::Ownership ownership = nl::Ownership::kShared) {
    std::optional<Result<nl::Kernel>> kernel;
    network_->run([&] { kernel.emplace(nl::Kernel::open(ownership)); });
    if (!*kernel) ADD_FAILURE() << kernel->error().message;
    return std::move(kernel->value());
  }

  void start(ReconcilerTiming timing = kNoVerification,
             nl::Ownership ownership = nl::Ownership::kShared) {
    reconciler_.reset();
    attempts_.clear();
    reconciler_ = std::make_unique<Reconciler>(
        io_, open_kernel(ownership), timing, [this] { return wanted_; },
        [this](const Attempt& attempt) { attempts_.push_back(attempt); });
  }

  // Turns the loop until `condition` holds; false after a long time without it.
  bool turn_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(milliseconds(50));
    }
    return condition();
  }

  bool turn_until_held() {
    return turn_until([&] {
      return reconciler_->state() == Reconciler::State::kHeld && !reconciler_->has_stale();
    });
  }

  void want(Ruleset ruleset) {
    auto delta = diff(wanted_, ruleset);
    wanted_ = std::move(ruleset);
    reconciler_->want(std::move(delta));
  }

  void want_and_hold(const Ruleset& ruleset) {
    want(ruleset);
    ASSERT_TRUE(turn_until_held());
  }

  nl::Snapshot seen() {
    auto snapshot = open_kernel().dump();
    if (!snapshot) {
      ADD_FAILURE() << snapshot.error().message;
      return {};
    }
    return std::move(*snapshot);
  }

  static void expect_only_added_elements(const Attempt& attempt) {
    for (const auto& delta : attempt.committed) {
      for (const auto& operation : operations(delta)) {
        EXPECT_TRUE(std::holds_alternative<AddElements>(operation)) << to_string(delta);
      }
    }
  }

  std::string kernel_text() { return print_nft(seen().ruleset); }

  void delete_table_as_somebody_else() {
    const auto done = open_kernel().commit(to_table(TableChange::kDelete));
    ASSERT_TRUE(done) << done.error().message;
  }

  boost::asio::io_context io_;
  std::optional<test::NetworkNamespace> network_;
  Ruleset wanted_;
  std::unique_ptr<Reconciler> reconciler_;
  std::vector<Attempt> attempts_;
};

TEST_F(ReconcilerInKernel, WritesNothingBeforeSomethingIsWanted) {
  start(kOftenVerified);
  io_.run_for(milliseconds(50));
  EXPECT_EQ(reconciler_->state(), Reconciler::State::kWaiting);
  EXPECT_TRUE(attempts_.empty());
  EXPECT_TRUE(seen().ruleset.empty());
  EXPECT_FALSE(reconciler_->difference());
}

TEST_F(ReconcilerInKernel, BringsTheKernelToWhatIsWanted) {
  start();
  for (const auto& pods : {std::vector<std::string>{"a"}, {"a", "b", "c"}, {"c"}, {}}) {
    const auto ruleset = ruleset_for(pods);
    want_and_hold(ruleset);
    EXPECT_EQ(kernel_text(), print_nft(ruleset));
    const auto difference = reconciler_->difference();
    ASSERT_TRUE(difference) << difference.error().message;
    EXPECT_TRUE(difference->empty()) << to_string(*difference);
  }
}

TEST_F(ReconcilerInKernel, TheLatestWinsAndWaitingOnesCoalesce) {
  start();
  want(ruleset_for({"a"}));
  want(ruleset_for({"a", "b"}));
  want(ruleset_for({"b"}));
  ASSERT_TRUE(turn_until_held());
  EXPECT_EQ(attempts_.size(), 1U);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"b"})));
}

TEST_F(ReconcilerInKernel, ARestartWithUnchangedInputCommitsNothing) {
  start();
  want_and_hold(ruleset_for({"a", "b"}));
  const auto generation = seen().generation;
  start();
  want_and_hold(ruleset_for({"a", "b"}));
  EXPECT_TRUE(attempts_.at(0).committed.empty());
  EXPECT_FALSE(attempts_.at(0).mended);
  EXPECT_EQ(seen().generation, generation);
}

TEST_F(ReconcilerInKernel, ARestartCommitsOnlyTheDifference) {
  start();
  want_and_hold(ruleset_for({"a", "b"}));
  start();
  want_and_hold(ruleset_for({"a", "b", "c"}));
  expect_only_added_elements(attempts_.at(0));
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b", "c"})));
}

TEST_F(ReconcilerInKernel, WhatIsLeftBehindIsRemovedLater) {
  start({milliseconds(1), milliseconds(20), hours(1), milliseconds(50)});
  want_and_hold(ruleset_for({"a"}, "old"));
  want(ruleset_for({"a"}, "new"));
  EXPECT_TRUE(reconciler_->has_stale());
  EXPECT_NE(kernel_text().find("default/old"), std::string::npos);
  ASSERT_TRUE(turn_until_held());
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a"}, "new")));
}

TEST_F(ReconcilerInKernel, WhatIsLeftBehindIsTakenBackWhereItIsWantedAgain) {
  start({milliseconds(1), milliseconds(20), hours(1), milliseconds(50)});
  want_and_hold(ruleset_for({"a", "b"}, "old"));
  want(ruleset_for({"a", "b"}, "new"));
  want(ruleset_for({"b", "c"}, "old"));
  EXPECT_EQ(attempts_.size(), 3U);
  ASSERT_TRUE(turn_until_held());
  for (const auto& attempt : attempts_) EXPECT_FALSE(attempt.error || attempt.mended);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"b", "c"}, "old")));
}

// A foreign map holds the object to remove; a kernel that needs time to release it answers the
// same.
TEST_F(ReconcilerInKernel, WhatTheKernelCallsBusyIsRemovedOnceItIsNot) {
  start({milliseconds(1), milliseconds(20), hours(1), milliseconds(5)});
  want_and_hold(ruleset_for({"a"}, "old"));
  want(ruleset_for({"a"}, "new"));
  const auto chains = seen().ruleset.chains;
  const auto old = std::ranges::find_if(
      chains, [&](const auto& entry) { return !wanted_.chains.contains(entry.first); });
  ASSERT_NE(old, chains.end());
  auto other = open_kernel();
  const SetSpec map{"user", {FieldType::kIpv4Addr}, false, true, ""};
  const Element jump{ElementKey().append(*parse_address("10.9.9.9")), {}, old->first};
  ASSERT_TRUE(other.commit(with_set({map, {jump}})));
  const auto before = attempts_.size();
  ASSERT_TRUE(turn_until([&] { return attempts_.size() > before + 1; }));
  EXPECT_EQ(reconciler_->state(), Reconciler::State::kHeld);
  EXPECT_TRUE(reconciler_->has_stale());
  ASSERT_TRUE(other.commit(without_elements(map, {jump})));
  ASSERT_TRUE(other.commit(without_set("user")));
  ASSERT_TRUE(turn_until_held());
  for (const auto& attempt : attempts_) EXPECT_FALSE(attempt.error || attempt.mended);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a"}, "new")));
}

TEST_F(ReconcilerInKernel, VerificationToleratesWhatIsLeftBehindAndOtherTables) {
  start({milliseconds(1), milliseconds(20), milliseconds(10), hours(1)});
  want_and_hold(ruleset_for({"a"}, "old"));
  want(ruleset_for({"a"}, "new"));
  const auto looks = attempts_.size();
  network_->run([] { ASSERT_EQ(std::system("nft add table inet other"), 0); });
  ASSERT_TRUE(turn_until([&] { return attempts_.size() > looks + 3; }));
  for (const auto& attempt : attempts_) EXPECT_FALSE(attempt.error || attempt.mended);
  EXPECT_TRUE(reconciler_->has_stale());
}

TEST_F(ReconcilerInKernel, AChangeOnATableThatSomebodyDeletedMendsItAtOnce) {
  start();
  want_and_hold(ruleset_for({"a"}));
  delete_table_as_somebody_else();
  want_and_hold(ruleset_for({"a", "b"}));
  EXPECT_EQ(attempts_.size(), 2U);
  EXPECT_TRUE(attempts_.back().mended);
  EXPECT_FALSE(attempts_.back().error);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"})));
}

TEST_F(ReconcilerInKernel, VerificationRepairsAForeignChange) {
  start(kOftenVerified);
  want_and_hold(ruleset_for({"a"}));
  const auto intruder = diff(ruleset_for({"a"}), ruleset_for({"a", "b"}));
  ASSERT_TRUE(open_kernel().commit(intruder));
  EXPECT_TRUE(turn_until([&] { return attempts_.back().mended.has_value(); }));
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a"})));
  delete_table_as_somebody_else();
  EXPECT_TRUE(turn_until([&] { return kernel_text() == print_nft(ruleset_for({"a"})); }));
}

TEST_F(ReconcilerInKernel, HearsOfAForeignChangeAndNamesItsAuthor) {
  start();  // verifies after an hour only
  network_->run([&] { ASSERT_TRUE(reconciler_->listen()); });
  want_and_hold(ruleset_for({"a"}));
  want_and_hold(ruleset_for({"a", "b"}, "new"));
  ASSERT_EQ(attempts_.size(), 3U) << "not of its own changes";
  network_->run([] {
    ASSERT_EQ(std::system("nft 'add table inet other; add chain inet other portcullis'"), 0);
    ASSERT_EQ(std::system("nft flush ruleset"), 0);
  });
  ASSERT_TRUE(turn_until([&] { return attempts_.back().mended.has_value(); }));
  EXPECT_EQ(attempts_.size(), 4U) << "not of other tables";
  EXPECT_TRUE(attempts_.back().mended->starts_with("nft (process ")) << *attempts_.back().mended;
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"}, "new")));
}

TEST_F(ReconcilerInKernel, VerificationOfWhatHoldsWritesNothing) {
  start(kOftenVerified);
  want_and_hold(ruleset_for({"a"}));
  const auto generation = seen().generation;
  EXPECT_TRUE(turn_until([&] { return attempts_.size() > 4; }));
  EXPECT_EQ(seen().generation, generation);
}

TEST_F(ReconcilerInKernel, VerificationComesInSpiteOfConstantChange) {
  start(kOftenVerified);
  want_and_hold(ruleset_for({"a"}));
  const auto wanted = ruleset_for({"a"});
  delete_table_as_somebody_else();
  EXPECT_TRUE(turn_until([&] {
    if (reconciler_->state() == Reconciler::State::kHeld) want(wanted);
    return kernel_text() == print_nft(wanted);
  }));
}

TEST_F(ReconcilerInKernel, ARefusedRulesetChangesNothingAndIsTriedAgainWithBackoff) {
  start();
  want_and_hold(ruleset_for({"a"}));
  want(refused_ruleset());
  ASSERT_TRUE(turn_until([&] { return attempts_.size() == 8; }));
  EXPECT_EQ(reconciler_->state(), Reconciler::State::kFailed);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a"})));
  std::vector<milliseconds::rep> delays;
  for (std::size_t i = 1; i < attempts_.size(); ++i) {
    ASSERT_TRUE(attempts_[i].error);
    delays.push_back(attempts_[i].next_try.count());
  }
  EXPECT_EQ(delays, (std::vector<milliseconds::rep>{1, 2, 4, 8, 16, 20, 20}));
}

TEST_F(ReconcilerInKernel, RecoversFromFailureWithTheNextRuleset) {
  start({milliseconds(1), hours(1), hours(1)});
  want_and_hold(ruleset_for({"a"}));
  want(refused_ruleset());
  ASSERT_TRUE(turn_until([&] { return attempts_.back().next_try > milliseconds(100); }));
  want_and_hold(ruleset_for({"b"}));
  EXPECT_FALSE(attempts_.back().error);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"b"})));
}

class OwningReconciler : public ReconcilerInKernel {
 protected:
  void SetUp() override {
    ReconcilerInKernel::SetUp();
    if (IsSkipped()) return;
    if (!open_kernel(nl::Ownership::kOwned).owns()) {
      GTEST_SKIP() << "this kernel's owned tables go with their owner";
    }
  }

  void start_owning() { start(kOftenVerified, nl::Ownership::kOwned); }

  std::optional<Error> error_of(const Delta& as_somebody_else) {
    const auto done = open_kernel().commit(as_somebody_else);
    return done ? std::nullopt : std::optional(done.error());
  }
};

TEST_F(OwningReconciler, KeepsOthersFromItsTable) {
  start_owning();
  want_and_hold(ruleset_for({"a"}));
  const auto refused = error_of(to_table(TableChange::kDelete));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::kPermission);
  want_and_hold(ruleset_for({"a", "b"}, "new"));
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"}, "new")));
}

TEST_F(OwningReconciler, TakesOverWhatItsForerunnerLeftAndVerifiesIt) {
  start_owning();
  want_and_hold(ruleset_for({"a", "b"}));
  reconciler_.reset();
  ASSERT_FALSE(error_of(diff(ruleset_for({"a", "b"}), ruleset_for({"a"}))));
  start_owning();
  want_and_hold(ruleset_for({"a", "b"}));
  EXPECT_EQ(seen().owner_of(TableFamily::kInet), nl::TableOwner::kOther);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"})));
  expect_only_added_elements(attempts_.at(0));
}

TEST_F(OwningReconciler, ReplacesATableThatAnyoneMayChange) {
  start();
  want_and_hold(ruleset_for({"a"}));
  start_owning();
  want_and_hold(ruleset_for({"a", "b"}));
  EXPECT_EQ(seen().owner_of(TableFamily::kInet), nl::TableOwner::kOther);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"})));
}

TEST_F(OwningReconciler, SharesTheTableAgainWhereThatIsWanted) {
  start_owning();
  want_and_hold(ruleset_for({"a"}));
  start();
  want_and_hold(ruleset_for({"a", "b"}));
  EXPECT_EQ(seen().owner_of(TableFamily::kInet), nl::TableOwner::kShared);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a", "b"})));
}

TEST_F(OwningReconciler, NamesWhoElseOwnsTheTableAndTakesItOnceHeIsGone) {
  std::optional<nl::Kernel> other = open_kernel(nl::Ownership::kOwned);
  ASSERT_TRUE(other->commit(diff({}, ruleset_for({"a"}))));
  start_owning();
  want(ruleset_for({"b"}));
  ASSERT_TRUE(turn_until([&] { return attempts_.size() > 2; }));
  ASSERT_TRUE(attempts_.back().error);
  EXPECT_NE(attempts_.back().error->message.find("belongs to another process"), std::string::npos);
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"a"})));
  other.reset();
  ASSERT_TRUE(turn_until_held());
  EXPECT_EQ(kernel_text(), print_nft(ruleset_for({"b"})));
}

TEST_F(ReconcilerInKernel, TheDifferenceShowsAForeignChange) {
  start();
  want_and_hold(ruleset_for({"a"}));
  ASSERT_TRUE(open_kernel().commit(diff(ruleset_for({"a"}), ruleset_for({"a", "b"}))));
  const auto difference = reconciler_->difference();
  ASSERT_TRUE(difference) << difference.error().message;
  EXPECT_NE(to_string(*difference).find("10.0.0.2"), std::string::npos);
}

}  // namespace
}  // namespace portcullis
