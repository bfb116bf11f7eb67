#include "daemon/enforce/conntrack_sweeper.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "compiler/cluster/address_owner.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/unit/daemon/enforce/manual_alarm.h"

namespace portcullis::conntrack_sweeper_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using test::address;
using test::cluster;
using test::pod;

constexpr SweeperTiming kQuick{0, milliseconds(1), milliseconds(20)};

// A conntrack table: the number of connections of each address. Its gate blocks the sweeps.
class FakeTable {
 public:
  void add(const char* owner, std::size_t connections) {
    const std::lock_guard lock(mutex_);
    connections_[address(owner)] += connections;
  }

  std::size_t of(const char* owner) {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(address(owner));
    return found == connections_.end() ? 0 : found->second;
  }

  void fail(std::size_t times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }

  void open_gate(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  void wait_for_a_sweep() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }

  Result<nl::Forgotten> forget(const std::vector<Address>& addresses) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    waiting_ = false;
    if (failures_ > 0) {
      --failures_;
      return failure(ErrorCode::kIo, "a fault");
    }
    nl::Forgotten forgotten;
    for (const auto& each : addresses) {
      forgotten.deleted += connections_[each];
      connections_[each] = 0;
    }
    return forgotten;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Address, std::size_t> connections_;
  std::size_t failures_ = 0;
  bool open_ = true;
  bool waiting_ = false;
};

class Sweeper : public testing::Test {
 protected:
  void SetUp() override {
    sweeper_ = std::make_unique<ConntrackSweeper>(
        io_, [this](const auto& addresses) { return table_.forget(addresses); }, kQuick,
        [this](const Sweep& sweep) { sweeps_.push_back(sweep); });
  }

  void want(const std::vector<Event>& events) {
    auto owners = address_owners(cluster(events));
    sweeper_->lose(lost_addresses(owners_, owners));
    owners_ = std::move(owners);
  }

  void want_and_enforce(const std::vector<Event>& events) {
    want(events);
    sweeper_->enforced();
  }

  // Turns the loop until `condition` holds; false after a long time without it.
  bool turn_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(milliseconds(5));
    }
    return condition();
  }

  bool becomes_idle() {
    return turn_until([&] { return sweeper_->state() == ConntrackSweeper::State::kIdle; });
  }

  static std::vector<std::string> swept(const Sweep& sweep) {
    std::vector<std::string> texts;
    for (const auto& each : sweep.addresses) texts.push_back(to_string(each));
    return texts;
  }

  using Texts = std::vector<std::string>;

  boost::asio::io_context io_;
  FakeTable table_;
  AddressOwners owners_;  // of what was wanted last
  std::vector<Sweep> sweeps_;
  std::unique_ptr<ConntrackSweeper> sweeper_;
};

const auto kA = pod("shop/a", "10.0.0.1");
const auto kB = pod("shop/b", "10.0.0.1");
const auto kC = pod("shop/c", "10.0.0.3 fd00::3");

TEST_F(Sweeper, HasNothingToDoForNewPods) {
  want_and_enforce({kA, kC});
  want_and_enforce({kA, kC, pod("shop/d", "10.0.0.4")});
  EXPECT_EQ(sweeper_->state(), ConntrackSweeper::State::kIdle);
  EXPECT_TRUE(sweeps_.empty());
}

TEST_F(Sweeper, EndsConnectionsOfLostAddressesOnly) {
  for (const auto* each : {"10.0.0.1", "10.0.0.3", "fd00::3"}) table_.add(each, 2);
  want_and_enforce({kA, kC});
  want_and_enforce({kA});
  ASSERT_TRUE(becomes_idle());
  EXPECT_EQ(table_.of("10.0.0.1"), 2U);
  EXPECT_EQ(table_.of("10.0.0.3") + table_.of("fd00::3"), 0U);
  ASSERT_EQ(sweeps_.size(), 1U);
  EXPECT_EQ(swept(sweeps_[0]), (Texts{"10.0.0.3", "fd00::3"}));
  EXPECT_EQ(sweeps_[0].forgotten.deleted, 4U);
}

TEST_F(Sweeper, WaitsUntilTheNewOwnershipIsEnforced) {
  table_.add("10.0.0.1", 1);
  want_and_enforce({kA});
  want({kB});
  io_.run_for(milliseconds(20));
  EXPECT_EQ(table_.of("10.0.0.1"), 1U);
  want({kB, kC});
  EXPECT_EQ(sweeper_->state(), ConntrackSweeper::State::kIdle);
  sweeper_->enforced();
  ASSERT_TRUE(becomes_idle());
  EXPECT_EQ(table_.of("10.0.0.1"), 0U);
  sweeper_->enforced();
  EXPECT_EQ(sweeper_->state(), ConntrackSweeper::State::kIdle) << "once is enough";
}

TEST_F(Sweeper, ThereAndBackBeforeTheCommitIsLostToo) {
  table_.add("10.0.0.1", 1);
  want_and_enforce({kA});
  want({kB});
  want({kA});
  sweeper_->enforced();
  ASSERT_TRUE(becomes_idle());
  EXPECT_EQ(table_.of("10.0.0.1"), 0U);
}

TEST_F(Sweeper, WhatComesDuringASweepCoalesces) {
  table_.open_gate(false);
  want_and_enforce({kA, kC, pod("shop/d", "10.0.0.4")});
  want_and_enforce({kC, pod("shop/d", "10.0.0.4")});
  table_.wait_for_a_sweep();
  table_.add("10.0.0.4", 3);
  want_and_enforce({pod("shop/d", "10.0.0.4")});
  want_and_enforce({});
  EXPECT_EQ(sweeper_->state(), ConntrackSweeper::State::kSweeping);
  table_.open_gate(true);
  ASSERT_TRUE(becomes_idle());
  ASSERT_EQ(sweeps_.size(), 2U);
  EXPECT_EQ(swept(sweeps_[0]), Texts{"10.0.0.1"});
  EXPECT_EQ(swept(sweeps_[1]), (Texts{"10.0.0.3", "10.0.0.4", "fd00::3"}));
  EXPECT_EQ(sweeps_[1].forgotten.deleted, 3U);
}

// The running sweep may not have seen this one of the new owner's connections yet.
TEST_F(Sweeper, AnAddressLostAgainDuringItsSweepIsSweptAgain) {
  table_.open_gate(false);
  want_and_enforce({kA});
  want_and_enforce({kB});
  table_.wait_for_a_sweep();
  want_and_enforce({kA});
  table_.open_gate(true);
  ASSERT_TRUE(becomes_idle());
  ASSERT_EQ(sweeps_.size(), 2U);
  EXPECT_EQ(swept(sweeps_[1]), Texts{"10.0.0.1"});
}

TEST_F(Sweeper, FailuresLoseNoAddress) {
  for (const auto* each : {"10.0.0.1", "10.0.0.3"}) table_.add(each, 1);
  table_.fail(5);
  want_and_enforce({kA, kC});
  want_and_enforce({kC});
  ASSERT_TRUE(turn_until([&] { return sweeps_.size() == 3; }));
  want_and_enforce({});
  ASSERT_TRUE(becomes_idle());
  ASSERT_EQ(sweeps_.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) ASSERT_TRUE(sweeps_[i].error);
  EXPECT_EQ(sweeps_[0].error->message, "a fault");
  EXPECT_FALSE(sweeps_[5].error);
  EXPECT_EQ(swept(sweeps_[5]), (Texts{"10.0.0.1", "10.0.0.3", "fd00::3"}));
  EXPECT_EQ(table_.of("10.0.0.1") + table_.of("10.0.0.3"), 0U);
}

// Sweeps in simulated time, each with this duration.
class SweeperInTime : public Sweeper {
 protected:
  ~SweeperInTime() override { sweeper_.reset(); }  // before its time

  void SetUp() override {
    sweeper_ = std::make_unique<ConntrackSweeper>(
        io_, std::make_unique<test::ManualAlarm>(time_),
        [this](const auto& addresses) {
          time_.pass(takes_);
          return table_.forget(addresses);
        },
        SweeperTiming{}, [this](const Sweep& sweep) { sweeps_.push_back(sweep); });
  }

  // Pods come and go constantly. Returns the time that the sweeps took.
  double share_of(minutes duration) {
    const auto end = time_.now() + duration;
    for (bool here = true; time_.now() < end; here = !here) {
      want_and_enforce(here ? std::vector<Event>{kA} : std::vector<Event>{kC});
      EXPECT_TRUE(turn_until([&] { return sweeper_->state() != State::kSweeping; }));
      time_.ring_next(time_.now() + milliseconds(100));
    }
    EXPECT_TRUE(turn_until([&] { return sweeper_->state() != State::kSweeping; }));
    return static_cast<double>(sweeps_.size()) * duration_cast<milliseconds>(takes_) / duration;
  }

  using State = ConntrackSweeper::State;

  test::ManualTime time_;
  std::chrono::milliseconds takes_{1};
};

TEST_F(SweeperInTime, TakesAFifthOfACoreHoweverLongASweepTakes) {
  for (const auto takes : {milliseconds(1), milliseconds(200), milliseconds(5'000)}) {
    takes_ = takes;
    sweeps_.clear();
    const double share = share_of(takes < milliseconds(1'000) ? minutes(1) : minutes(10));
    EXPECT_GT(sweeps_.size(), 20U);
    EXPECT_LE(share, 0.21) << takes.count() << " ms a sweep";
  }
}

TEST_F(SweeperInTime, TakesNoMoreOfItWhenItFails) {
  takes_ = milliseconds(5'000);
  table_.fail(1'000'000);
  EXPECT_LE(share_of(minutes(10)), 0.21);
  table_.fail(0);
  want_and_enforce({});
  time_.ring_next(time_.now() + hours(1));
  ASSERT_TRUE(turn_until([&] { return !sweeps_.back().error; }));
}

TEST_F(SweeperInTime, SweepsNothingWhileItRests) {
  takes_ = minutes(1);
  want_and_enforce({kA, kC});
  want_and_enforce({kC});
  ASSERT_TRUE(turn_until([&] { return sweeps_.size() == 1; }));
  EXPECT_EQ(sweeper_->state(), State::kPausing);
  want_and_enforce({});
  EXPECT_FALSE(time_.ring_next(time_.now() + minutes(4) - milliseconds(1)));
  EXPECT_EQ(sweeper_->state(), State::kPausing);
  EXPECT_TRUE(time_.ring_next(time_.now() + milliseconds(1)));
  ASSERT_TRUE(turn_until([&] { return sweeps_.size() == 2; }));
}

// It must wait: the sweep uses what is destroyed with it.
TEST_F(Sweeper, EndsWithTheSweepUnderWay) {
  table_.add("10.0.0.1", 1);
  table_.open_gate(false);
  want_and_enforce({kA});
  want_and_enforce({});
  table_.wait_for_a_sweep();
  std::thread opener([this] {
    std::this_thread::sleep_for(milliseconds(20));
    table_.open_gate(true);
  });
  sweeper_.reset();
  EXPECT_EQ(table_.of("10.0.0.1"), 0U);
  opener.join();
}

}  // namespace
}  // namespace portcullis::conntrack_sweeper_test
