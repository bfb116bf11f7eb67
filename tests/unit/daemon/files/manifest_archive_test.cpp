#include "daemon/files/manifest_archive.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "tests/support/process/temporary_directory.h"
#include "tests/support/process/wait_until.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

class Archive : public testing::Test {
 protected:
  void open() {
    archive_.reset();  // which writes what is left
    archive_ = std::make_unique<ManifestArchive>(place_, std::chrono::milliseconds(1),
                                                 [this](const std::string& trouble) {
                                                   const std::lock_guard lock(mutex_);
                                                   trouble_ = trouble;
                                                 });
  }
  void SetUp() override { open(); }

  // The content for the next run: the text, "never read", or "unknown".
  std::string recalled(const std::string& file) {
    open();
    const auto content = archive_->load(file);
    if (!content) return "unknown";
    return content->value_or("never read");
  }

  std::string trouble() {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  const test::TemporaryDirectory directory_;
  const fs::path place_ = directory_ / "portcullis/ruleset.manifests";
  std::mutex mutex_;
  std::string trouble_;
  std::unique_ptr<ManifestArchive> archive_;
};

TEST_F(Archive, RecallsWhatWasKeptLast) {
  archive_->keep("/m/a.yaml", "first");
  archive_->keep("/m/b.yaml", std::string("with\n\n and \0 bytes", 17));
  archive_->keep("/m/a.yaml", "second");
  archive_->keep_only({"/m/a.yaml", "/m/b.yaml"});
  EXPECT_EQ(recalled("/m/a.yaml"), "second");
  EXPECT_EQ(recalled("/m/b.yaml"), std::string("with\n\n and \0 bytes", 17));
  EXPECT_EQ(recalled("/m/c.yaml"), "never read");
}

TEST_F(Archive, WithoutOneNothingIsKnown) { EXPECT_EQ(recalled("/m/a.yaml"), "unknown"); }

// What this run saves does not tell what the last one read.
TEST_F(Archive, ARunThatDidNotGetFarKnowsNothingOfOtherFiles) {
  archive_->keep("/m/a.yaml", "a");
  EXPECT_EQ(recalled("/m/a.yaml"), "a");
  EXPECT_EQ(recalled("/m/b.yaml"), "unknown");
  archive_->keep_only({"/m/a.yaml"});
  const auto meanwhile = archive_->load("/m/b.yaml");
  EXPECT_FALSE(meanwhile);
  EXPECT_EQ(recalled("/m/b.yaml"), "never read");
}

TEST_F(Archive, ForgetsFilesThatAreGone) {
  archive_->keep("/m/a.yaml", "a");
  archive_->keep("/m/b.yaml", "b");
  archive_->keep_only({"/m/a.yaml"});
  EXPECT_EQ(recalled("/m/b.yaml"), "never read");
  EXPECT_EQ(recalled("/m/a.yaml"), "a");
  archive_->keep_only({});
  EXPECT_EQ(recalled("/m/a.yaml"), "never read");
}

TEST_F(Archive, AnyOtherByteIsNoticed) {
  archive_->keep("/m/a.yaml", "content");
  ASSERT_EQ(recalled("/m/a.yaml"), "content");
  const fs::path file = fs::directory_iterator(place_)->path();
  const std::string good = test::read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bad;
    EXPECT_EQ(recalled("/m/a.yaml"), "unknown") << "byte " << i;
  }
}

TEST_F(Archive, IsOnesOwn) {
  archive_->keep("/m/a.yaml", "content");
  ASSERT_EQ(recalled("/m/a.yaml"), "content");
  EXPECT_EQ(fs::status(place_).permissions(), fs::perms::owner_all);
  const fs::path file = fs::directory_iterator(place_)->path();
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(recalled("/m/a.yaml"), "unknown");
  fs::permissions(file, fs::perms::owner_read);
  ASSERT_EQ(recalled("/m/a.yaml"), "content");
  fs::permissions(place_, fs::perms::all);
  EXPECT_EQ(recalled("/m/b.yaml"), "unknown") << "a file may have been taken out of it";
}

TEST_F(Archive, WhatCannotBeWrittenIsToldAndTriedAgain) {
  test::write_file(directory_ / "portcullis", "no directory");
  archive_->keep("/m/a.yaml", "content");
  ASSERT_TRUE(test::wait_until([&] { return !trouble().empty(); }));
  fs::remove(directory_ / "portcullis");
  EXPECT_TRUE(test::wait_until([&] { return trouble().empty(); }));
  EXPECT_EQ(recalled("/m/a.yaml"), "content");
}

}  // namespace
}  // namespace portcullis
