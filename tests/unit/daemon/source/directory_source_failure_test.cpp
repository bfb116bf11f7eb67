#include <gtest/gtest.h>

#include <fstream>

#include "followed_directory.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

TEST(DirectorySourceFailure, NoDirectoryNoStart) {
  const TemporaryDirectory directory;
  boost::asio::io_context io;
  DirectorySource missing(io, directory / "missing", [](const Update&) {});
  const auto no_directory = missing.start();
  ASSERT_FALSE(no_directory);
  EXPECT_EQ(no_directory.error().code, ErrorCode::kNotFound);
  DirectorySource file(io, directory.write("a.yaml", ""), [](const Update&) {});
  const auto no_file = file.start();
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().code, ErrorCode::kInvalidInput);
}

TEST(DirectorySourceFailure, AFileWrittenSlowlyIsNeverHalfApplied) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "  ingress: []\n");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  {
    // Either half is good YAML, and the first one alone would allow everyone.
    std::ofstream writer(directory / "a.yaml", std::ios::trunc);
    writer << policy_yaml("a", "new") << "  ingress:\n  - from:\n" << std::flush;
    directory.write("b.yaml", policy_yaml("b"));
    ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"})) << "others go on";
    ASSERT_TRUE(followed.wait_until([&] { return followed.problems().size() == 1; }));
    EXPECT_EQ(followed.selector_of("default/a"), "app=web");
    EXPECT_NE(followed.problems().front().find("is being written"), std::string::npos);
    writer << "    - podSelector: {}\n";
  }
  ASSERT_TRUE(followed.wait_until([&] { return followed.problems().empty(); }));
  EXPECT_EQ(followed.selector_of("default/a"), "app=new");
  EXPECT_FALSE(followed.ever_allowed_everyone());
}

TEST(DirectorySourceFailure, ABrokenFileKeepsWhatItLastSaid) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  directory.write("a.yaml", "kind: [\n");
  directory.write("b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_until([&] { return followed.problems().size() == 1; }));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/a", "policy default/b"}));
  EXPECT_TRUE(followed.problems().front().starts_with((directory / "a.yaml").string() + ":"));
  EXPECT_TRUE(followed.problems().front().ends_with("; what it last said stays in force"));
  directory.write("a.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySourceFailure, ADocumentWithoutAKindKeepsWhatTheFileLastSaid) {
  const TemporaryDirectory directory;
  const auto pod = pod_yaml("x", "10.0.0.1");
  directory.write("a.yaml", policy_yaml("a") + "---\n" + pod);
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a", "default/x"}));
  directory.write("a.yaml", policy_yaml("b") + "---\nknid: Pod\n");
  ASSERT_TRUE(followed.wait_until([&] { return followed.problems().size() == 1; }));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/a", "default/x"}));
  directory.write("a.yaml", pod + "---\nk" + policy_yaml("a"));
  ASSERT_TRUE(followed.wait_until([&] { return followed.problems().size() >= 1; }));
  EXPECT_FALSE(followed.was_told("-policy default/a"));
}

TEST(DirectorySourceFailure, OfAFileThatWasNeverReadableTheOtherDocumentsCount) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "---\nb: [\n---\n" + policy_yaml("c"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/c"}));
  EXPECT_EQ(followed.problems().size(), 1U);
}

TEST(DirectorySourceFailure, ABrokenFileThatVanishesIsForgotten) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  directory.write("a.yaml", "{");
  ASSERT_TRUE(followed.wait_until([&] { return !followed.problems().empty(); }));
  fs::remove(directory / "a.yaml");
  ASSERT_TRUE(followed.wait_for({}));
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySourceFailure, TheFirstUpdateWaitsForAConclusion) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  directory.write("broken.json", "{\"kind\": ");
  fs::create_symlink("nowhere", directory / "dangling.yaml");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_EQ(followed.objects(), Objects{"policy default/a"});
  ASSERT_EQ(followed.problems().size(), 2U);
  EXPECT_TRUE(
      followed.problems()[0].starts_with((directory / "broken.json").string() + ":1: is no"))
      << followed.problems()[0];
  EXPECT_EQ(followed.problems()[1], (directory / "dangling.yaml").string() +
                                        ": cannot be opened: No such file or directory");
}

TEST(DirectorySourceFailure, AFileMendedAtTheStartIsInTheFirstUpdate) {
  const TemporaryDirectory directory;
  std::ofstream writer(directory / "a.yaml");
  writer << policy_yaml("a") << std::flush;
  FollowedDirectory followed(directory.path());
  followed.run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(followed.update_count(), 0);
  writer << "---\n" << policy_yaml("b");
  writer.close();
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/a", "policy default/b"}));
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySourceFailure, AMalformedObjectDisturbsNobody) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "  ingress: [{form: []}]\n---\n" + policy_yaml("b"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a malformed", "policy default/b"}));
  EXPECT_EQ(followed.problems().size(), 1U);
}

TEST(DirectorySourceFailure, TheDirectoryGoesAndComesBack) {
  const TemporaryDirectory parent;
  const TemporaryDirectory elsewhere;
  const auto directory = parent / "manifests";
  fs::create_directory(directory);
  parent.write("manifests/a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory);
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  fs::rename(directory, elsewhere / "old");
  ASSERT_TRUE(followed.wait_until([&] { return !followed.problems().empty(); }));
  EXPECT_EQ(followed.problems(),
            std::vector<std::string>{directory.string() +
                                     ": cannot be listed: No such file or directory; what was read "
                                     "there before stays in force"});
  EXPECT_EQ(followed.objects(), Objects{"policy default/a"});
  fs::create_directory(directory);
  parent.write("manifests/b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/b"}));
  EXPECT_TRUE(followed.problems().empty());
  parent.write("manifests/c.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
}

TEST(DirectorySourceFailure, TheDirectoryIsALinkThatMoves) {
  const TemporaryDirectory parent;
  for (const auto* name : {"1", "2"}) {
    fs::create_directory(parent / name);
    parent.write(std::string(name) + "/a.yaml", policy_yaml(std::string("p") + name));
  }
  fs::create_directory_symlink("1", parent / "current");
  FollowedDirectory followed(parent / "current");
  ASSERT_TRUE(followed.wait_for({"policy default/p1"}));
  fs::create_directory_symlink("2", parent / "next");
  fs::rename(parent / "next", parent / "current");
  ASSERT_TRUE(followed.wait_for({"policy default/p2"}));
  parent.write("2/b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/p2", "policy default/b"}));
}

}  // namespace
}  // namespace portcullis
