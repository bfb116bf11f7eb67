#include "daemon/files/settled_file.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

TEST(SettledFile, IsReadWhole) {
  const test::TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + '\n';
  EXPECT_EQ(read_settled(directory.write("a", text)).value(), text);
  EXPECT_EQ(read_settled(directory.write("empty", "")).value(), "");
}

TEST(SettledFile, IsNotReadWhileSomebodyWritesIt) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a", "");
  std::ofstream writer(path);
  writer << "half" << std::flush;
  const auto half = read_settled(path);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, ErrorCode::kInterrupted);
  writer << "way";
  writer.close();
  EXPECT_EQ(read_settled(path).value(), "halfway");
}

TEST(SettledFile, ReadersDoNotDisturb) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a", "text");
  const std::ifstream reader(path);
  EXPECT_EQ(read_settled(path).value(), "text");
}

TEST(SettledFile, WhatCannotBeReadIsTold) {
  const test::TemporaryDirectory directory;
  const auto missing = read_settled(directory / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_EQ(missing.error().message, "cannot be opened: No such file or directory");
  EXPECT_FALSE(read_settled(directory.path()));
}

// The size is looked at before there is memory for it.
TEST(SettledFile, OfAnySizeIsRefusedIfItIsTooLarge) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a", "");
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40U);
  const auto text = read_settled(path);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "is larger than 256 MiB; split it");
}

// Reading some of them never ends.
TEST(SettledFile, OfTheKernelIsRefused) {
  for (const char* path : {"/proc/kmsg", "/proc/self/pagemap", "/sys/kernel/uevent_seqnum"}) {
    const auto text = read_settled(path);
    ASSERT_FALSE(text) << path;
    EXPECT_EQ(text.error().message, "is a pseudo-file of the kernel, not a manifest") << path;
  }
}

TEST(SettledFile, PipesAreReadToTheirEnd) {
  const test::TemporaryDirectory directory;
  const auto path = directory / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path) << "text"; });
  EXPECT_EQ(read_settled(path).value(), "text");
  writer.join();
}

TEST(SettledFile, StampsTellStatesApart) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a", "1");
  const auto first = stamp_of(path);
  directory.write("b", "1");
  std::filesystem::rename(directory / "b", path);
  EXPECT_TRUE(first && stamp_of(path) && first != stamp_of(path));
  EXPECT_EQ(stamp_of(path), stamp_of(path));
  EXPECT_EQ(stamp_of(directory / "missing"), std::nullopt);
}

// Drops CAP_LEASE from the calling thread. False if it has none.
bool drop_lease_capability() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  constexpr auto kLease = 1U << CAP_LEASE;
  if ((data[0].effective & kLease) == 0) return false;
  data[0].effective &= ~kLease;
  return ::syscall(SYS_capset, &header, data) == 0;
}

TEST(SettledFile, WithoutALeaseItMustHaveBeenLeftAlone) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a", "");
  constexpr uid_t kSomebody = 65534;
  if (::chown(path.c_str(), kSomebody, kSomebody) != 0) GTEST_SKIP() << "needs CAP_CHOWN";
  bool had_capability = false;
  Result<std::string> fresh;
  Result<std::string> later;
  std::thread([&] {
    had_capability = drop_lease_capability();
    directory.write("a", "half");
    fresh = read_settled(path);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    do {
      later = read_settled(path);
    } while (!later && std::chrono::steady_clock::now() < deadline);
  }).join();
  if (!had_capability) GTEST_SKIP() << "needs CAP_LEASE, to lose it";
  ASSERT_FALSE(fresh);
  EXPECT_EQ(fresh.error().code, ErrorCode::kInterrupted);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(*later, "half");
}

TEST(SettledFile, RestIsToldByTheTimeOfChange) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const FileStamp stamp{1, 2, 3, seconds(500), seconds(100)};
  EXPECT_FALSE(stamp.is_at_rest(seconds(100)));
  EXPECT_FALSE(stamp.is_at_rest(milliseconds(100'150)));
  EXPECT_FALSE(stamp.is_at_rest(seconds(95))) << "a server's clock is ahead of ours";
  EXPECT_TRUE(stamp.is_at_rest(milliseconds(100'200)));
  EXPECT_TRUE(stamp.is_at_rest(seconds(10))) << "our clock was set back";
}

TEST(SettledFile, AFreshStampIsNotConclusive) {
  using std::chrono::seconds;
  const FileStamp stamp{1, 2, 3, seconds(100), seconds(50)};
  EXPECT_FALSE(stamp.is_conclusive(seconds(100)));
  EXPECT_FALSE(stamp.is_conclusive(seconds(99))) << "a clock that was set back";
  EXPECT_TRUE(stamp.is_conclusive(seconds(101)));
}

}  // namespace
}  // namespace portcullis
