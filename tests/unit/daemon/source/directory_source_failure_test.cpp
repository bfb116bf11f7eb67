#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <set>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/daemon/files/manifest_text.h"
#include "tests/unit/daemon/source/followed_directory.h"

namespace portcullis {
namespace {

namespace fs = std::filesystem;

TEST(DirectorySourceFailure, NoDirectoryNoStart) {
  const test::TemporaryDirectory directory;
  boost::asio::io_context io;
  DirectorySource missing(io, directory / "missing", [](const Report&) {}, {});
  const auto no_directory = missing.start();
  ASSERT_FALSE(no_directory);
  EXPECT_EQ(no_directory.error().code, ErrorCode::kNotFound);
  DirectorySource file(io, directory.write("a.yaml", ""), [](const Report&) {}, {});
  const auto no_file = file.start();
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().code, ErrorCode::kInvalidInput);
}

// It may be a mount that has gone.
TEST(DirectorySourceFailure, AnEmptiedDirectoryKeepsWhatIsolates) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory.path(), {});
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  EXPECT_EQ(followed.last().fault, "");
  fs::remove(directory / "a.yaml");
  ASSERT_TRUE(followed.wait_until([&] { return !followed.last().fault.empty(); }));
  EXPECT_EQ(followed.objects(), Objects{"policy default/a"});
  EXPECT_NE(followed.last().fault.find(directory.path().string() + ": holds no manifests"),
            std::string::npos);
  directory.write("b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/b"}));
  EXPECT_EQ(followed.last().fault, "");
}

TEST(DirectorySourceFailure, AnEmptiedDirectoryThatIsolatedNothingIsBelieved) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", pod_yaml("a", "10.0.0.1"));
  FollowedDirectory followed(directory.path(), {});
  ASSERT_TRUE(followed.wait_for({"default/a"}));
  fs::remove(directory / "a.yaml");
  ASSERT_TRUE(followed.wait_for({}));
  EXPECT_EQ(followed.last().fault, "");
}

TEST(DirectorySourceFailure, AtTheStartTheTableTellsWhetherEmptyIsAFault) {
  const test::TemporaryDirectory directory;
  FollowedDirectory fresh(directory.path(), {});
  ASSERT_TRUE(fresh.wait_for_updates(1));
  EXPECT_EQ(fresh.last().fault, "");
  FollowedDirectory again(directory.path(), {.isolates_pods = true});
  ASSERT_TRUE(again.wait_for_updates(1));
  EXPECT_NE(again.last().fault, "");
  directory.write("a.yaml", pod_yaml("a", "10.0.0.1"));
  ASSERT_TRUE(again.wait_for({"default/a"}));
  EXPECT_EQ(again.last().fault, "");
}

TEST(DirectorySourceFailure, ADirectoryThatIsNotMountedYetIsWaitedFor) {
  const test::TemporaryDirectory parent;
  FollowedDirectory followed(parent / "manifests", {.isolates_pods = true});
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_NE(followed.last().fault.find("cannot be listed"), std::string::npos);
  EXPECT_FALSE(followed.last().complete);
  fs::create_directory(parent / "manifests");
  parent.write("manifests/a.yaml", policy_yaml("a"));
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  EXPECT_EQ(followed.last().fault, "");
}

// damaged.yaml was read in the last run, but its content is lost; new.yaml did not exist.
class Kept : public LastContents {
 public:
  Result<std::optional<std::string>> load(const fs::path& file) override {
    if (file.filename() == "damaged.yaml") return failure(ErrorCode::kIo, "it is damaged");
    if (file.filename() == "new.yaml") return std::nullopt;
    return policy_yaml("kept");
  }
  void keep(const fs::path& file, std::string) override { kept.insert(file.filename()); }
  void keep_only(const std::vector<fs::path>& files) override { count = files.size(); }

  std::set<std::string> kept;
  std::size_t count = 0;
};

// At once: before it is known whether it is only half written.
TEST(DirectorySourceFailure, WhatTheLastRunReadStandsInWhileADirectoryComesLate) {
  const test::TemporaryDirectory parent;
  const test::TemporaryDirectory elsewhere;
  elsewhere.write("old.yaml", "{");
  elsewhere.write("good.yaml", policy_yaml("good"));
  FollowedDirectory followed(parent / "manifests",
                             {.isolates_pods = true, .last = std::make_shared<Kept>()});
  ASSERT_TRUE(followed.wait_for_updates(1));
  fs::create_directory_symlink(elsewhere.path(), parent / "manifests");
  ASSERT_TRUE(followed.wait_for_updates(2));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/kept", "policy default/good"}));
}

TEST(DirectorySourceFailure, WhatTheLastRunReadStandsInForABrokenFile) {
  const test::TemporaryDirectory directory;
  for (const auto* name : {"old.yaml", "new.yaml", "damaged.yaml"}) directory.write(name, "{");
  directory.write("good.yaml", policy_yaml("good"));
  const auto kept = std::make_shared<Kept>();
  FollowedDirectory followed(directory.path(), {.last = kept});
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/kept", "policy default/good"}));
  EXPECT_EQ(followed.problems().size(), 3U);
  EXPECT_EQ(followed.last().never_read,
            (std::vector<fs::path>{directory / "damaged.yaml", directory / "new.yaml"}));
  EXPECT_FALSE(followed.last().complete) << "the last content of damaged.yaml is unknown";
  EXPECT_EQ(kept->kept, std::set<std::string>{"good.yaml"});
  EXPECT_EQ(kept->count, 0U) << "nothing is forgotten while something is unknown";
  directory.write("damaged.yaml", policy_yaml("mended"));
  ASSERT_TRUE(followed.wait_until([&] { return kept->count == 4; }));
  EXPECT_TRUE(followed.last().complete);
  EXPECT_EQ(followed.last().never_read, (std::vector<fs::path>{directory / "new.yaml"}));
}

TEST(DirectorySourceFailure, AFileWrittenSlowlyIsNeverHalfApplied) {
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "  ingress: []\n");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  {
    // Either half is valid YAML, and the first one alone would allow everyone.
    std::ofstream writer(directory / "a.yaml", std::ios::trunc);
    writer << policy_yaml("a", "new") << "  ingress:\n  - from:\n" << std::flush;
    directory.write("b.yaml", policy_yaml("b"));
    ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/b"})) << "others continue";
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
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  directory.write("a.yaml", "kind: [\n");
  directory.write("b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_until([&] { return followed.problems().size() == 1; }));
  EXPECT_EQ(followed.objects(), (Objects{"policy default/a", "policy default/b"}));
  EXPECT_TRUE(followed.problems().front().starts_with((directory / "a.yaml") + ":"));
  EXPECT_TRUE(followed.problems().front().ends_with("; its last content stays in force"));
  directory.write("a.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
  EXPECT_TRUE(followed.problems().empty());
}

TEST(DirectorySourceFailure, ADocumentWithoutAKindKeepsWhatTheFileLastSaid) {
  const test::TemporaryDirectory directory;
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
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "---\nb: [\n---\n" + policy_yaml("c"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a", "policy default/c"}));
  EXPECT_EQ(followed.problems().size(), 1U);
}

TEST(DirectorySourceFailure, ABrokenFileThatVanishesIsForgotten) {
  const test::TemporaryDirectory directory;
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
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a"));
  directory.write("broken.json", "{\"kind\": ");
  fs::create_symlink("nowhere", directory / "dangling.yaml");
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for_updates(1));
  EXPECT_EQ(followed.objects(), Objects{"policy default/a"});
  ASSERT_EQ(followed.problems().size(), 2U);
  EXPECT_TRUE(followed.problems()[0].starts_with((directory / "broken.json") + ":1: is no"))
      << followed.problems()[0];
  EXPECT_EQ(followed.problems()[1],
            (directory / "dangling.yaml") + ": cannot be opened: No such file or directory");
}

TEST(DirectorySourceFailure, AFileMendedAtTheStartIsInTheFirstUpdate) {
  const test::TemporaryDirectory directory;
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
  const test::TemporaryDirectory directory;
  directory.write("a.yaml", policy_yaml("a") + "  ingress: [{form: []}]\n---\n" + policy_yaml("b"));
  FollowedDirectory followed(directory.path());
  ASSERT_TRUE(followed.wait_for({"policy default/a malformed", "policy default/b"}));
  EXPECT_EQ(followed.problems().size(), 1U);
}

TEST(DirectorySourceFailure, TheDirectoryGoesAndComesBack) {
  const test::TemporaryDirectory parent;
  const test::TemporaryDirectory elsewhere;
  const std::string directory = parent / "manifests";
  fs::create_directory(directory);
  parent.write("manifests/a.yaml", policy_yaml("a"));
  FollowedDirectory followed(directory);
  ASSERT_TRUE(followed.wait_for({"policy default/a"}));
  fs::rename(directory, elsewhere / "old");
  ASSERT_TRUE(followed.wait_until([&] { return !followed.last().fault.empty(); }));
  EXPECT_EQ(followed.last().fault,
            directory +
                ": cannot be listed: No such file or directory; what was read "
                "there before stays in force");
  EXPECT_EQ(followed.objects(), Objects{"policy default/a"});
  fs::create_directory(directory);
  parent.write("manifests/b.yaml", policy_yaml("b"));
  ASSERT_TRUE(followed.wait_for({"policy default/b"}));
  EXPECT_EQ(followed.last().fault, "");
  parent.write("manifests/c.yaml", policy_yaml("c"));
  ASSERT_TRUE(followed.wait_for({"policy default/b", "policy default/c"}));
}

TEST(DirectorySourceFailure, TheDirectoryIsALinkThatMoves) {
  const test::TemporaryDirectory parent;
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
