#include "daemon/http/kept_open.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portcullis {
namespace {

using Troubles = std::vector<std::string>;

class Kept : public testing::Test {
 protected:
  template <class Condition>
  bool runs_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.run_one_for(std::chrono::milliseconds(100));
    }
    return condition();
  }

  boost::asio::io_context io_;
  std::string obstacle_;  // why it cannot be opened
  bool is_open_ = false;
  int attempts_ = 0;
  Troubles troubles_;
  const KeptOpen::Service service_{"door",
                                   [this]() -> Result<void> {
                                     ++attempts_;
                                     is_open_ = obstacle_.empty();
                                     if (is_open_) return {};
                                     return failure(ErrorCode::kIo, obstacle_);
                                   },
                                   [this] { return is_open_; }};
  const KeptOpen::Sink sink_ = [this](const std::string& what, const std::string& trouble) {
    troubles_.push_back(what + ": " + trouble);
  };
};

TEST_F(Kept, IsOpenAtOnceAndNothingIsSaid) {
  const KeptOpen kept(io_, service_, sink_, std::chrono::milliseconds(1));
  EXPECT_TRUE(is_open_);
  EXPECT_TRUE(runs_until([ticks = 0]() mutable { return ++ticks > 3; }));
  EXPECT_EQ(attempts_, 1);
  EXPECT_EQ(troubles_, Troubles{});
}

TEST_F(Kept, IsTriedAgainAndToldOnceForEachReason) {
  obstacle_ = "taken";
  const KeptOpen kept(io_, service_, sink_, std::chrono::milliseconds(1));
  ASSERT_TRUE(runs_until([&] { return attempts_ > 3; }));
  obstacle_ = "locked";
  ASSERT_TRUE(runs_until([&] { return troubles_.size() > 1; }));
  obstacle_ = "";
  ASSERT_TRUE(runs_until([&] { return is_open_; }));
  EXPECT_EQ(troubles_, (Troubles{"door: taken", "door: locked", "door: "}));
}

TEST_F(Kept, IsOpenedAgainWhenItIsLost) {
  const KeptOpen kept(io_, service_, sink_, std::chrono::milliseconds(1));
  is_open_ = false;
  EXPECT_TRUE(runs_until([&] { return is_open_; }));
  EXPECT_EQ(attempts_, 2);
}

}  // namespace
}  // namespace portcullis
