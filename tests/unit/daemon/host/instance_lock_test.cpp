#include "daemon/host/instance_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

class Lock : public testing::Test {
 protected:
  // kOk of its own kind: none.
  std::optional<ErrorCode> refusal() const {
    const auto lock = InstanceLock::take(run_);
    return lock ? std::nullopt : std::optional(lock.error().code);
  }

  fs::path file() const {
    const fs::directory_iterator files(run_);
    return files == fs::directory_iterator() ? fs::path() : files->path();
  }

  const test::TemporaryDirectory directory_;
  const fs::path run_ = directory_ / "run";
};

TEST_F(Lock, IsTakenOnceAndFreeAfterwards) {
  {
    auto lock = InstanceLock::take(run_);
    ASSERT_TRUE(lock) << lock.error().message;
    const InstanceLock moved(std::move(*lock));
    EXPECT_EQ(refusal(), ErrorCode::kConflict);
    EXPECT_EQ(refusal(), ErrorCode::kConflict) << "a refusal releases nothing";
  }
  EXPECT_EQ(refusal(), std::nullopt);
  EXPECT_TRUE(fs::is_empty(run_)) << "it leaves nothing behind";
}

TEST_F(Lock, ThePackageLooksForItWhereItIs) {
  const auto lock = InstanceLock::take(run_);
  ASSERT_TRUE(lock) << lock.error().message;
  const auto name = file().filename().string();
  const auto inode = std::find_if(name.begin(), name.end(), isdigit);
  const auto any = std::string(InstanceLock::kDirectory) + '/' + std::string(name.begin(), inode) +
                   '*' + name.substr(name.find('.'));
  std::ifstream script("packaging/debian/postrm");
  const std::string text(std::istreambuf_iterator<char>(script), {});
  EXPECT_NE(text.find("in " + any + "; do"), text.npos) << any;
}

TEST_F(Lock, WhatAKilledProcessLeavesHoldsNobodyUp) {
  fs::path left;
  {
    const auto lock = InstanceLock::take(run_);
    left = file();
  }
  std::ofstream(left) << "";
  fs::permissions(left, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(refusal(), std::nullopt);
}

// Whoever can open it, even only to read, can lock it.
TEST_F(Lock, AFileThatOthersCanReadIsReplaced) {
  fs::path left;
  {
    const auto lock = InstanceLock::take(run_);
    left = file();
  }
  std::ofstream(left) << "";
  fs::permissions(left, fs::perms::owner_read | fs::perms::others_read);
  const auto lock = InstanceLock::take(run_);
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Lock, ADirectoryThatOthersCanWriteToIsRefused) {
  fs::create_directory(run_);
  fs::permissions(run_, fs::perms::all);
  const auto lock = InstanceLock::take(run_);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kPermission);
  EXPECT_NE(lock.error().message.find(run_.string()), std::string::npos) << lock.error().message;
}

TEST_F(Lock, WhatCannotBeMadeIsNamed) {
  const auto lock = InstanceLock::take(run_ / "deep");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kIo);
  EXPECT_NE(lock.error().message.find((run_ / "deep").string()), std::string::npos);
}

TEST_F(Lock, IsOfANetworkNamespace) {
  auto other = test::NetworkNamespace::create();
  if (!other) GTEST_SKIP() << other.error().message;
  const auto lock = InstanceLock::take(run_);
  ASSERT_TRUE(lock) << lock.error().message;
  other->run([&] { EXPECT_EQ(refusal(), std::nullopt); });
  EXPECT_EQ(refusal(), ErrorCode::kConflict);
}

}  // namespace
}  // namespace portcullis
