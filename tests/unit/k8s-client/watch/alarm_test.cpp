#include "k8s-client/watch/alarm.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace portcullis::k8s {
namespace {

constexpr std::chrono::seconds kNow{0};
constexpr std::chrono::hours kNever{1};

class AlarmTest : public testing::Test {
 protected:
  std::function<void()> call(int number) {
    return [this, number] { calls_.push_back(number); };
  }

  boost::asio::io_context io_;
  std::optional<Alarm> alarm_{io_};
  std::vector<int> calls_;
};

TEST_F(AlarmTest, CallsOnce) {
  alarm_->set(kNow, call(1));
  io_.run();
  EXPECT_EQ(calls_, std::vector{1});
}

TEST_F(AlarmTest, CallsOnlyWhatWasSetLast) {
  alarm_->set(kNever, call(1));
  alarm_->set(kNow, call(2));
  alarm_->set(kNow, call(3));
  io_.run();
  EXPECT_EQ(calls_, std::vector{3});
}

TEST_F(AlarmTest, MayBeSetByItsOwnCall) {
  alarm_->set(kNow, [this] {
    calls_.push_back(1);
    alarm_->set(kNow, call(2));
  });
  io_.run();
  EXPECT_EQ(calls_, (std::vector{1, 2}));
}

TEST_F(AlarmTest, CallsNothingOnceItIsCancelledOrGone) {
  alarm_->set(kNow, call(1));
  alarm_->cancel();
  io_.run();
  alarm_->set(kNow, call(2));
  alarm_.reset();
  io_.restart();
  io_.run();
  EXPECT_EQ(calls_, std::vector<int>{});
}

}  // namespace
}  // namespace portcullis::k8s
