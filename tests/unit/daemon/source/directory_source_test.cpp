#include "daemon/source/directory_source.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/daemon/files/manifest_text.h"
#include "tests/unit/daemon/source/followed_directory.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

TEST(DirectorySource, FirstUpdateIsComplete) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "sub");
  directory.write("a.yaml", pod_yaml("a", "10.0.0.1"));
  directory.write("sub/p.yaml", policy_yaml("p"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_EQ(followed.objects(), (Objects{"default/a", "policy default/p"}));
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySource, AnEmptyDirectoryIsAnUpdateToo) {
  const test::TemporaryDirectory directory;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_TRUE(followed.objects().empty());
}

TEST(DirectorySource, FollowsCreatingChangingAndDeleting) {
  const test::TemporaryDirectory directory;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  directory.write("a.yaml", policy_yaml("a"));
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  directory.write("a.yaml", policy_yaml("b") + "---\n" + policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
  fs::remove(directory / "a.yaml");
  ASSERT_TRUE(followed.wait_for({}));
}

TEST(DirectorySource, WhatDoesNotChangeIsNotTold) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  directory.write("b.yaml", policy_yaml("b"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"}));
  directory.write("b.yaml", policy_yaml("b"));
  directory.write("notes.txt", "nothing");
  directory.write("c.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b", "policy default/c"}));
  EXPECT_EQ(followed.told(), (std::vector<std::string>{"+policy default/a", "+policy default/b",
                                                       "+policy default/c"}));
}

TEST(DirectorySource, ReplacingByRenameIsOneStep) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a", "old") + "---\n" + policy_yaml("b", "old"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"}));
  directory.write(".a.yaml.tmp", policy_yaml("a", "new") + "---\n" + policy_yaml("b", "new"));
  fs::rename(directory / ".a.yaml.tmp", directory / "a.yaml");
  ASSERT_TRUE(followed.wait_until([&] {
    return followed.selector_of("default/a") == "app=new" &&
           followed.selector_of("default/b") == "app=new";
  }));
  EXPECT_EQ(followed.update_count(), 2);
  EXPECT_FALSE(followed.was_told("-policy default/a"));
}

TEST(DirectorySource, RenamingAFileDeletesNothing) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  fs::rename(directory / "a.yaml", directory / "b.yaml");
  ASSERT_TRUE(followed.wait_until(
      [&] { return followed.origin_of("default/a") == (directory / "b.yaml") + ", document 1"; }));
  EXPECT_FALSE(followed.was_told("-policy default/a"));
}

TEST(DirectorySource, MovingAFileInAndOut) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory elsewhere;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  elsewhere.write("a.yaml", policy_yaml("a"));
  fs::rename(elsewhere / "a.yaml", directory / "a.yaml");
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  fs::rename(directory / "a.yaml", elsewhere / "a.yaml");
  ASSERT_TRUE(followed.wait_for({}));
}

TEST(DirectorySource, FollowsNewSubdirectories) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory elsewhere;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  fs::create_directories(directory / "x/y");
  directory.write("x/y/a.yaml", policy_yaml("a"));
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  directory.write("x/y/b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"}));
  fs::rename(directory / "x", elsewhere / "x");
  ASSERT_TRUE(followed.wait_for({}));
  fs::rename(elsewhere / "x", directory / "z");
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"}));
  directory.write("z/y/a.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
  fs::remove_all(directory / "z");
  ASSERT_TRUE(followed.wait_for({}));
}

TEST(DirectorySource, FollowsConfigMapVolumes) {
  const test::TemporaryDirectory directory;
  const auto publish = [&](const std::string& version, const std::string& policy) {
    fs::create_directory(directory / version);
    directory.write(version + "/a.yaml", policy);
    fs::create_directory_symlink(version, directory / "..data_tmp");
    fs::rename(directory / "..data_tmp", directory / "..data");
  };
  publish("..1", policy_yaml("a"));
  fs::create_symlink("..data/a.yaml", directory / "a.yaml");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  publish("..2", policy_yaml("b"));
  fs::remove_all(directory / "..1");
  ASSERT_TRUE(followed.wait_for({"policy default/b"}));
  publish("..3", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/c"}));
}

TEST(DirectorySource, FollowsLinksOutOfTheDirectory) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory elsewhere;
  elsewhere.write("target.yaml", policy_yaml("a"));
  fs::create_symlink(elsewhere / "target.yaml", directory / "a.yaml");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  elsewhere.write("target.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/b"}));
}

// Like the layout of git-sync's versions.
TEST(DirectorySource, FollowsLinksThatAreSwitchedOutOfTheDirectory) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory elsewhere;
  for (const std::string version : {"v1", "v2"}) {
    fs::create_directories(elsewhere / (version + "/files"));
    elsewhere.write(version + "/files/a.yaml", policy_yaml("a-" + version));
    elsewhere.write(version + "/b.yaml", policy_yaml("b-" + version));
  }
  fs::create_directory_symlink("v1", elsewhere / "cur");
  fs::create_directory_symlink(elsewhere / "cur/files", directory / "sub");
  fs::create_symlink(elsewhere / "cur/b.yaml", directory / "b.yaml");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a-v1", "policy default/b-v1"}));
  fs::create_directory_symlink("v2", elsewhere / "next");
  fs::rename(elsewhere / "next", elsewhere / "cur");
  ASSERT_TRUE(followed.wait_for({"policy default/a-v2", "policy default/b-v2"}));
}

TEST(DirectorySource, ManyChangesAreFewUpdates) {
  const test::TemporaryDirectory directory;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  Objects expected;
  for (int i = 100; i < 400; ++i) {
    const auto name = "p" + std::to_string(i);
    directory.write(name + ".yaml", policy_yaml(name));
    expected.insert("policy default/" + name);
  }
  ASSERT_TRUE(followed.wait_for(expected));
  EXPECT_LT(followed.update_count(), 100);
}

TEST(DirectorySource, AnOverflowingQueueLosesNothing) {
  const test::TemporaryDirectory directory;
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  int limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  for (int i = 0; i < limit; ++i) directory.write(i % 2 == 0 ? "noise" : "noises", "");
  directory.write("a.yaml", policy_yaml("a"));
  EXPECT_TRUE(followed.wait_for({"policy default/a"}));
}

// However files are created, moved, changed and removed, the updates add up to the directory's
// content.
TEST(DirectorySource, AgreesWithTheDirectoryAfterAnything) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "sub");
  FollowedDirectory followed(directory.path());
  std::mt19937 random(7);
  const auto any_path = [&] {
    const auto name = std::to_string(random() % 4) + ".yaml";
    return directory / (random() % 2 == 0 ? name : "sub/" + name);
  };
  for (int step = 0; step < 300; ++step) {
    std::error_code missing;
    const auto path = any_path();
    switch (random() % 4) {
      case 0:
        fs::remove(path, missing);
        break;
      case 1:
        fs::rename(path, any_path(), missing);
        break;
      default:
        std::ofstream(path) << policy_yaml("p" + std::to_string(random() % 8),
                                           random() % 2 == 0 ? "web" : "api");
    }
    if (step % 10 == 0) followed.run_for(std::chrono::milliseconds(random() % 50));
  }
  std::vector<ManifestFile> files;
  const auto paths = list_manifests(directory.path());
  for (const auto& file : paths.value()) {
    files.push_back(read_manifest(file).value());
  }
  Objects expected;
  for (const auto& event : merge(files).objects) {
    const auto& policy = *std::get<PolicyEvent>(event).object;
    expected.insert("policy " + to_string(policy.key) + (policy.malformed ? " malformed" : ""));
  }
  EXPECT_TRUE(followed.wait_for(expected));
}

TEST(DirectorySource, DuplicatesInTwoFiles) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("p", "web"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/p"}));
  directory.write("b.yaml", policy_yaml("p", "api"));
  ASSERT_TRUE(followed.wait_for({"policy default/p malformed", "policy default/p#2 malformed"}));
  EXPECT_EQ(followed.problems().size(), 2U);
  fs::remove(directory / "a.yaml");
  ASSERT_TRUE(followed.wait_for({"policy default/p"}));
  EXPECT_EQ(followed.selector_of("default/p"), "app=api");
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySource, EndsQuietly) {
  const test::TemporaryDirectory directory;
  boost::asio::io_context io;
  int updates = 0;
  std::unique_ptr<DirectorySource> source;
  source = std::make_unique<DirectorySource>(
      io, directory.path(),
      [&](const Report&) {
        ++updates;
        source.reset();
      },
      DirectorySettings{});
  ASSERT_TRUE(source->start());
  io.run();  // nothing is left to wait for
  EXPECT_EQ(updates, 1);
}

}  // namespace
}  // namespace portcullis
