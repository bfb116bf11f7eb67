#include "daemon/enforce/quarantine_check.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/enforce/quarantine_log.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::quarantine_check_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::address;
using test::key;

using Texts = std::vector<std::string>;

constexpr QuarantineTiming kQuick{0, milliseconds(1), milliseconds(4)};
constexpr QuarantineTiming kOnce{0, hours(1), hours(1)};

Texts texts(const std::vector<Address>& addresses) {
  Texts texts;
  for (const auto& each : addresses) texts.push_back(to_string(each));
  return texts;
}

// A node with some addresses. Its gate blocks the checks.
class FakeNode {
 public:
  void have(const Texts& addresses) {
    const std::lock_guard lock(mutex_);
    has_.clear();
    for (const auto& each : addresses) has_.insert(address(each));
  }

  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }

  void open_gate(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  void wait_for_a_look() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }

  Result<std::vector<Address>> among(const std::vector<Address>& asked) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    waiting_ = false;
    if (failures_ > 0) {
      --failures_;
      return failure(ErrorCode::kIo, "a fault");
    }
    std::vector<Address> found;
    for (const auto& each : asked) {
      if (has_.contains(each)) found.push_back(each);
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Address> has_;
  int failures_ = 0;
  bool open_ = true;
  bool waiting_ = false;
};

class Check : public testing::Test {
 protected:
  void start(QuarantineTiming timing) {
    check_ = std::make_unique<QuarantineCheck>(
        io_, [this](const auto& asked) { return node_.among(asked); }, timing,
        [this](const QuarantineLook& look) { looks_.push_back(look); });
  }

  void watch(const Texts& addresses) {
    std::set<Address> watched;
    for (const auto& each : addresses) watched.insert(address(each));
    check_->watch(watched);
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

  boost::asio::io_context io_;
  FakeNode node_;
  std::vector<QuarantineLook> looks_;
  std::unique_ptr<QuarantineCheck> check_;
};

TEST_F(Check, LooksAtOnceAndTellsWhatIsGoneFromWhatIsThere) {
  start(kOnce);
  node_.have({"10.0.0.1", "10.0.0.9"});
  watch({"10.0.0.1", "10.0.0.2", "fd00::1"});
  ASSERT_TRUE(turn_until([&] { return !looks_.empty(); }));
  EXPECT_EQ(texts(looks_[0].attached), Texts{"10.0.0.1"});
  EXPECT_EQ(texts(looks_[0].gone), (Texts{"10.0.0.2", "fd00::1"}));
}

TEST_F(Check, LooksAgainUntilNothingIsInQuarantine) {
  start(kQuick);
  node_.have({"10.0.0.1"});
  watch({"10.0.0.1"});
  ASSERT_TRUE(turn_until([&] { return looks_.size() > 3; }));
  EXPECT_TRUE(looks_.back().gone.empty());
  node_.have({});
  ASSERT_TRUE(turn_until([&] { return !looks_.back().gone.empty(); }));
  watch({});
  EXPECT_TRUE(turn_until([&] { return check_->state() == QuarantineCheck::State::kIdle; }));
}

TEST_F(Check, GoesOnAfterErrorsOfWhichNothingIsConcluded) {
  start(kQuick);
  node_.fail(5);
  watch({"10.0.0.1"});
  ASSERT_TRUE(turn_until([&] { return looks_.size() == 6; }));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(looks_[i].error && looks_[i].gone.empty() && looks_[i].attached.empty());
  }
  EXPECT_EQ(texts(looks_[5].gone), Texts{"10.0.0.1"});
}

// It was claimed and lost again while the check was running.
TEST_F(Check, ALookSaysNothingOfWhatCameAfterItBegan) {
  start(kQuick);
  node_.open_gate(false);
  watch({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  node_.wait_for_a_look();
  watch({"10.0.0.2"});
  watch({"10.0.0.1", "10.0.0.2"});
  node_.open_gate(true);
  ASSERT_TRUE(turn_until([&] { return looks_.size() >= 2; }));
  EXPECT_EQ(texts(looks_[0].gone), Texts{"10.0.0.2"});
  EXPECT_EQ(texts(looks_[1].gone), (Texts{"10.0.0.1", "10.0.0.2"}));
}

TEST_F(Check, LooksSoonForWhatIsNewThoughItRests) {
  start({0, milliseconds(1), hours(1)});
  node_.have({"10.0.0.1"});
  watch({"10.0.0.1"});
  ASSERT_TRUE(turn_until([&] { return looks_.size() >= 3; }));
  watch({"10.0.0.1", "10.0.0.2"});
  EXPECT_TRUE(turn_until([&] { return !looks_.back().gone.empty(); }));
}

TEST(QuarantineLog, TellsEachBeginningAndEndOnce) {
  QuarantineLog log;
  auto state = test::cluster({});
  state.quarantine(address("10.0.0.1"), key("shop/web"));
  state.quarantine(address("10.0.0.2"), key("shop/job"));
  const QuarantineLook look{{address("10.0.0.1")}, {address("10.0.0.2")}, {}};
  EXPECT_EQ(log.report(look, state),
            Texts{"address 10.0.0.1 is quarantined: it was the address of shop/web whose object is "
                  "gone, and an interface of this node still has it"});
  EXPECT_EQ(log.report(look, state), Texts{});
  EXPECT_EQ(log.update(state), Texts{});
  state.release(address("10.0.0.2"));
  EXPECT_EQ(log.update(state), Texts{}) << "it was removed properly";
  state.release(address("10.0.0.1"));
  EXPECT_EQ(log.update(state), Texts{"address 10.0.0.1 is no longer quarantined: no interface of "
                                     "this node has it"});
  EXPECT_EQ(log.update(state), Texts{});
}

TEST(QuarantineLog, TellsAnErrorOnce) {
  QuarantineLog log;
  const auto state = test::cluster({});
  const QuarantineLook failed{{}, {}, Error{ErrorCode::kIo, "a fault"}};
  EXPECT_EQ(log.report(failed, state).size(), 1U);
  EXPECT_EQ(log.report(failed, state).size(), 0U);
  EXPECT_EQ(log.report({}, state).size(), 0U);
  EXPECT_EQ(log.report(failed, state).size(), 1U);
}

}  // namespace
}  // namespace portcullis::quarantine_check_test
