#include "daemon/files/tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const test::TemporaryDirectory& directory) {
  const auto files = list_manifests(directory.path());
  EXPECT_TRUE(files) << files.error().message;
  std::vector<std::string> result;
  for (const auto& file : files.value_or(std::vector<fs::path>())) {
    result.push_back(file.lexically_relative(directory.path()));
  }
  return result;
}

TEST(ListManifests, IsRecursiveSortedAndPicky) {
  const test::TemporaryDirectory directory;
  fs::create_directories(directory / "sub/deep.yaml");
  fs::create_directories(directory / ".git");
  for (const auto* name :
       {"b.yaml", "a.yml", "c.json", "sub/x.yaml", "sub/deep.yaml/y.yaml", ".hidden.yaml",
        ".git/z.yaml", "a.yaml~", "#a.yaml#", "#b.yaml", ".a.yaml.swp", "4913", "a.yaml.tmp",
        "a.tmp", "README.md", "yaml", "a.YAML"}) {
    directory.write(name, "");
  }
  EXPECT_EQ(names(directory), (std::vector<std::string>{"a.yml", "b.yaml", "c.json",
                                                        "sub/deep.yaml/y.yaml", "sub/x.yaml"}));
}

TEST(ListManifests, FollowsLinksAsInConfigMapVolumes) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "..2024_01");
  directory.write("..2024_01/a.yaml", "");
  fs::create_directory_symlink("..2024_01", directory / "..data");
  fs::create_symlink("..data/a.yaml", directory / "a.yaml");
  fs::create_symlink("nowhere", directory / "dangling.yaml");
  EXPECT_EQ(names(directory), (std::vector<std::string>{"a.yaml", "dangling.yaml"}));
  const auto tree = list_tree(directory.path());
  EXPECT_EQ(tree.directories,
            (std::vector<fs::path>{directory.path(), fs::canonical(directory / "..2024_01")}));
}

TEST(ListManifests, EveryLinkOnTheWayIsFollowed) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory outside;
  fs::create_directories(outside / "v1/deep");
  outside.write("v1/deep/a.yaml", "");
  fs::create_directory(outside / "links");
  fs::create_directory_symlink("../v1", outside / "links/cur");
  fs::create_directory_symlink(outside / "links/cur", directory / "sub");
  fs::create_symlink(outside / "links/./cur/deep/a.yaml", directory / "a.yaml");
  fs::create_symlink(outside / "links/later", directory / "missing");
  EXPECT_EQ(names(directory), (std::vector<std::string>{"a.yaml", "sub/deep/a.yaml"}));
  const auto directories = list_tree(directory.path()).directories;
  for (const auto* expected : {"", "links", "v1/deep"}) {
    EXPECT_EQ(std::count(directories.begin(), directories.end(),
                         fs::canonical(outside.path() / expected)),
              1)
        << expected;
  }
}

TEST(ListManifests, LinksInACircleEnd) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "sub");
  directory.write("sub/a.yaml", "");
  fs::create_directory_symlink("..", directory / "sub/up");
  fs::create_symlink("me.yaml", directory / "me.yaml");
  EXPECT_EQ(names(directory), (std::vector<std::string>{"me.yaml", "sub/a.yaml"}));
}

TEST(ListManifests, IgnoresWhatIsNoFile) {
  const test::TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "pipe.yaml").c_str(), 0600), 0);
  EXPECT_TRUE(names(directory).empty());
}

TEST(ListManifests, AMissingDirectoryIsAnError) {
  const test::TemporaryDirectory directory;
  const auto files = list_manifests(directory / "missing");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().message,
            (directory / "missing") + ": cannot be listed: No such file or directory");
}

TEST(Tree, IsBelow) {
  EXPECT_TRUE(is_below("a/b/c.yaml", "a"));
  EXPECT_TRUE(is_below("a/b/c.yaml", "a/b"));
  EXPECT_FALSE(is_below("ab/c.yaml", "a"));
  EXPECT_FALSE(is_below("a/c.yaml", "a/b"));
}

}  // namespace
}  // namespace portcullis
