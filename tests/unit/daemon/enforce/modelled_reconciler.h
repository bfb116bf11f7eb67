#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/ruleset/print.h"
#include "daemon/enforce/reconciler.h"
#include "tests/support/nf_tables/nf_tables_model.h"
#include "tests/unit/daemon/enforce/manual_alarm.h"
#include "tests/unit/daemon/enforce/wanted_rulesets.h"

namespace portcullis::test {

// A reconciler with a model of the kernel, in simulated time.
class ModelledReconciler : public testing::Test {
 protected:
  void start(nl::Ownership ownership = nl::Ownership::kShared, bool listens = true) {
    reconciler_.reset();
    reconciler_ = std::make_unique<Reconciler>(
        io_, kernel_.open("portcullis (process 1)", ownership),
        std::make_unique<ManualAlarm>(time_), ReconcilerTiming{}, [this] { return wanted_; },
        [this](const Attempt& attempt) { attempts_.push_back(attempt); });
    if (!listens) return;
    const auto listening = reconciler_->listen();
    ASSERT_TRUE(listening) << listening.error().message;
  }

  void want(Ruleset ruleset) {
    auto delta = diff(wanted_, ruleset);
    wanted_ = std::move(ruleset);
    reconciler_->want(std::move(delta));
    poll();
  }

  // Runs the event loop's pending handlers at the current time.
  void poll() {
    io_.restart();
    io_.poll();
  }

  void pass(ManualTime::Clock::duration duration) {
    const auto end = time_.now() + duration;
    do {
      poll();
    } while (time_.ring_next(end));
  }

  void want_and_hold(const Ruleset& ruleset) {
    want(ruleset);
    pass(std::chrono::seconds(1));
    ASSERT_EQ(held(), print_nft(ruleset));
    ASSERT_EQ(reconciler_->state(), Reconciler::State::kHeld);
  }

  std::string held() const { return print_nft(kernel_.ruleset()); }

  std::size_t failures() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        attempts_, [](const Attempt& attempt) { return attempt.error.has_value(); }));
  }

  boost::asio::io_context io_;
  ManualTime time_;
  NfTablesModel kernel_;
  Ruleset wanted_;
  std::vector<Attempt> attempts_;
  std::unique_ptr<Reconciler> reconciler_;
};

}  // namespace portcullis::test
