#include "daemon/base/private_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

class PrivateFile : public testing::Test {
 protected:
  void replace(const std::string& content) {
    const auto done = replace_private_file(file_, content);
    ASSERT_TRUE(done) << done.error().message;
  }

  std::string read() const { return read_private_file(file_).value_or("(nothing)"); }

  void expect_refused(const std::string& why) {
    const auto content = read_private_file(file_);
    ASSERT_FALSE(content);
    EXPECT_EQ(content.error().code, ErrorCode::kPermission);
    EXPECT_NE(content.error().message.find(why), std::string::npos) << content.error().message;
  }

  const test::TemporaryDirectory directory_;
  const std::string file_ = directory_ / "portcullis/file";
};

TEST_F(PrivateFile, IsReadAsItWasWritten) {
  for (const std::string& content : {std::string(), std::string("a\0b\n", 4),
                                     std::string(3'000'000, 'x'), std::string("short again")}) {
    replace(content);
    EXPECT_EQ(read(), content);
  }
}

TEST_F(PrivateFile, ItAndItsDirectoryAreItsOwnersAlone) {
  const auto before = umask(0);
  replace("a");
  umask(before);
  EXPECT_EQ(mode_of(file_), 0600U);
  EXPECT_EQ(mode_of(directory_ / "portcullis"), 0700U);
}

TEST_F(PrivateFile, AReaderOfTheOldOneKeepsIt) {
  replace("old");
  ASSERT_EQ(link(file_.c_str(), (directory_ / "other-name").c_str()), 0);
  replace("new");
  EXPECT_EQ(read(), "new");
  EXPECT_EQ(read_private_file(directory_ / "other-name").value(), "old");
}

TEST_F(PrivateFile, WhatACrashLeftIsReplaced) {
  replace("old");
  test::write_file(file_ + ".new", "half of");
  ASSERT_EQ(chmod((file_ + ".new").c_str(), 0666), 0);
  replace("new");
  EXPECT_EQ(read(), "new");
  EXPECT_EQ(mode_of(file_), 0600U);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
}

TEST_F(PrivateFile, IsNotWrittenThroughLinks) {
  replace("old");
  test::write_file(directory_ / "victim", "untouched");
  ASSERT_EQ(unlink(file_.c_str()), 0);
  for (const auto& name : {file_, file_ + ".new"}) {
    ASSERT_EQ(symlink((directory_ / "victim").c_str(), name.c_str()), 0);
  }
  replace("new");
  EXPECT_EQ(read(), "new");
  ASSERT_EQ(chmod((directory_ / "victim").c_str(), 0600), 0);
  EXPECT_EQ(read_private_file(directory_ / "victim").value(), "untouched");
}

TEST_F(PrivateFile, MissingIsNotFound) {
  EXPECT_EQ(read_private_file(file_).error().code, ErrorCode::kNotFound);
}

TEST_F(PrivateFile, OthersMayNeitherReadNorWriteIt) {
  replace("a");
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
    ASSERT_EQ(chmod(file_.c_str(), mode), 0);
    expect_refused("users other than its owner");
  }
}

TEST_F(PrivateFile, MustBeOurs) {
  replace("a");
  if (chown(file_.c_str(), 12345, 0) != 0) GTEST_SKIP() << "only root gives files away";
  expect_refused("it belongs to user 12345");
}

TEST_F(PrivateFile, IsNoLinkPipeOrDirectory) {
  replace("a");
  ASSERT_EQ(rename(file_.c_str(), (directory_ / "real").c_str()), 0);
  ASSERT_EQ(symlink((directory_ / "real").c_str(), file_.c_str()), 0);
  expect_refused("it is a symbolic link");
  ASSERT_EQ(unlink(file_.c_str()), 0);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  expect_refused("it is not a regular file");
  ASSERT_EQ(unlink(file_.c_str()), 0);
  ASSERT_EQ(mkdir(file_.c_str(), 0700), 0);
  expect_refused("it is not a regular file");
}

TEST_F(PrivateFile, AFailureToWriteSaysWhyAndKeepsTheOldOne) {
  EXPECT_FALSE(replace_private_file(directory_ / "no/such/file", "a"));
  replace("old");
  ASSERT_EQ(mkdir((file_ + ".new").c_str(), 0700), 0);
  const auto done = replace_private_file(file_, "new");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find(file_ + ".new"), std::string::npos) << done.error().message;
  EXPECT_EQ(read(), "old");
}

TEST_F(PrivateFile, AWriteThatFailsHalfWayKeepsTheOldOne) {
  replace("old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto done = replace_private_file(file_, std::string(20'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("File too large"), std::string::npos) << done.error().message;
  EXPECT_EQ(read(), "old");
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
}

}  // namespace
}  // namespace portcullis
