#include "daemon/boot/boot_snapshot_writer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "tests/support/process/wait_until.h"

namespace portcullis {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::wait_until;

constexpr BootSnapshotTiming kQuick{milliseconds(1), milliseconds(20), 0};
constexpr BootSnapshotTiming kNever{hours(1), hours(1), 0};

// The last commit and the last save, as numbers.
class Writer : public testing::Test {
 protected:
  void start(BootSnapshotTiming timing) {
    writer_ = std::make_unique<BootSnapshotWriter>([this] { return save(); }, timing,
                                                   [this](const std::string& trouble) {
                                                     const std::lock_guard lock(mutex_);
                                                     told_.push_back(trouble);
                                                   });
  }

  void commit() {
    ++state_;
    writer_->committed();
  }

  bool becomes_saved() {
    return wait_until([&] { return saved_ == state_; });
  }

  // This many saves fail.
  void fail(int times, ErrorCode code) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
    code_ = code;
  }

  void open_gate(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::atomic<int> state_ = 0;
  std::atomic<int> saved_ = 0;
  std::atomic<int> saves_ = 0;  // begun
  std::unique_ptr<BootSnapshotWriter> writer_;

 private:
  Result<void> save() {
    const int read = state_;
    ++saves_;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
    if (failures_ > 0) {
      --failures_;
      return failure(code_, "a fault");
    }
    saved_ = read;
    return {};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int failures_ = 0;
  ErrorCode code_ = ErrorCode::kIo;
  std::vector<std::string> told_;
};

using Texts = std::vector<std::string>;

TEST_F(Writer, FollowsCommits) {
  start(kQuick);
  for (int i = 0; i < 10; ++i) {
    commit();
    ASSERT_TRUE(becomes_saved());
  }
  EXPECT_TRUE(told().empty());
}

TEST_F(Writer, SavesNothingWithoutACommit) {
  start(kQuick);
  writer_.reset();
  EXPECT_EQ(saves_, 0);
}

TEST_F(Writer, SavesOnceForManyCommits) {
  start(kNever);
  for (int i = 0; i < 1'000; ++i) commit();
  writer_.reset();
  EXPECT_EQ(saved_, 1'000);
  EXPECT_EQ(saves_, 1);
}

TEST_F(Writer, CommitsThatGoOnDelayItForSoLongOnly) {
  start({hours(1), milliseconds(5), 0});
  EXPECT_TRUE(wait_until([&] {
    commit();
    return saved_ > 0;
  }));
}

TEST_F(Writer, ACommitWhileItSavesIsSavedToo) {
  start(kQuick);
  open_gate(false);
  commit();
  ASSERT_TRUE(wait_until([&] { return saves_ == 1; }));
  commit();
  open_gate(true);
  EXPECT_TRUE(becomes_saved());
  EXPECT_EQ(saves_, 2);
}

TEST_F(Writer, RestsInProportionToWhatASaveTook) {
  start({milliseconds(0), milliseconds(0), 1'000'000'000});
  open_gate(false);
  commit();
  ASSERT_TRUE(wait_until([&] { return saves_ == 1; }));
  open_gate(true);
  ASSERT_TRUE(becomes_saved());
  commit();
  writer_.reset();
  EXPECT_EQ(saves_, 2) << "the second at the end only";
  EXPECT_EQ(saved_, state_);
}

TEST_F(Writer, TellsOfATroubleOnceAndOfItsEnd) {
  start({milliseconds(1), milliseconds(1), 0});
  fail(3, ErrorCode::kIo);
  commit();
  EXPECT_TRUE(becomes_saved());
  ASSERT_TRUE(wait_until([&] { return told().size() == 2; }));
  EXPECT_EQ(told(), (Texts{"a fault", ""}));
  EXPECT_EQ(saves_, 4);
}

TEST_F(Writer, AnInterruptionIsNoTroubleUnlessItIsOneOfMany) {
  start({milliseconds(0), hours(1), 0, 2});
  for (int i = 0; i < 3; ++i) {
    fail(2, ErrorCode::kInterrupted);
    commit();
    ASSERT_TRUE(becomes_saved());
  }
  EXPECT_TRUE(told().empty());
  fail(9, ErrorCode::kInterrupted);
  commit();
  EXPECT_TRUE(becomes_saved());
  EXPECT_TRUE(wait_until([&] { return told() == Texts{"a fault", ""}; }));
}

TEST_F(Writer, ATroubleAtTheEndIsToldAndDoesNotHoldItUp) {
  start(kNever);
  fail(1'000'000, ErrorCode::kIo);
  commit();
  writer_.reset();
  EXPECT_EQ(saves_, 1);
  EXPECT_EQ(told(), Texts{"a fault"});
}

}  // namespace
}  // namespace portcullis
