#include "daemon/serve/status.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace portcullis {
namespace {

TEST(Status, IsNotReadyBeforeTheFirstCommitAndSaysWhy) {
  Status status;
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(describe(status), "not ready: the objects are being read for the first time\n");
  status.source_read = true;
  EXPECT_FALSE(status.ready());
  status.commit_error = "add chain: No such file or directory";
  EXPECT_EQ(describe(status),
            "not ready: the ruleset is not committed to the kernel yet; the last commit failed\n"
            "last commit: add chain: No such file or directory\n");
}

TEST(Status, StaysReadyAndNamesWhatIsWrong) {
  Status status;
  status.source_read = true;
  status.committed = true;
  EXPECT_TRUE(status.ready());
  EXPECT_EQ(describe(status), "ready\n");
  status.unreadable_files = {"/m/a.yaml", "/m/b.yaml"};
  status.problems = 3;
  EXPECT_EQ(describe(status),
            "ready; problems in objects: 3\nunreadable: /m/a.yaml\nunreadable: /m/b.yaml\n");
  status.unreadable_files.clear();
  status.problems = 0;
  status.unsaved = "no space";
  EXPECT_EQ(describe(status), "ready\nnot saved for the next boot: no space\n");
}

TEST(Status, IsNotReadyWhilePodsMayBeOpenAndSaysWhy) {
  Status good;
  good.source_read = true;
  good.committed = true;
  Status status = good;
  status.source_fault = "/m: holds no manifests";
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(describe(status), "not ready: /m: holds no manifests\n");
  status.node_name_fault = "set --node-name worker-1";
  EXPECT_EQ(headline(status), "not ready: /m: holds no manifests; set --node-name worker-1");
  status = good;
  status.bridge_fault = "load br_netfilter";
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(headline(status), "not ready: load br_netfilter");
  status = good;
  status.bridge_table_fault = "table bridge portcullis belongs to another process";
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(headline(status), "not ready: table bridge portcullis belongs to another process");
  status = good;
  status.never_read = {"/m/a.yaml", "/m/b.yaml"};
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(headline(status),
            "not ready: never read, so its content is not enforced: /m/a.yaml and 1 more");
}

TEST(Status, SaysWhyTheRulesOfTheLastRunStay) {
  Status status;
  status.source_read = true;
  status.held_back = true;
  status.source_fault = "/m: holds no manifests";
  EXPECT_EQ(headline(status),
            "not ready: /m: holds no manifests, so the rules of the last run stay as they are");
  status.source_fault.clear();
  EXPECT_EQ(headline(status),
            "not ready: a file cannot be read, and what it last said is unknown, so the rules of "
            "the last run stay as they are");
}

// Whoever may write a manifest's name must not write the operator's status, or systemd's.
TEST(Status, EachProblemIsOneLine) {
  Status status;
  status.source_read = true;
  status.committed = true;
  status.never_read = {"/m/a\nREADY=1\xff.yaml"};
  status.unreadable_files = {"/m/a\nready\x1b[2J.yaml"};
  status.followed = {{"pods", "403 no\nready", {}}};
  EXPECT_EQ(headline(status),
            "not ready: never read, so its content is not enforced: /m/a\\nREADY=1\\xff.yaml");
  const auto text = describe(status);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
  EXPECT_NE(text.find("unreadable: /m/a\\nready\\x1b[2J.yaml\n"), text.npos) << text;
  EXPECT_NE(text.find("s: 403 no\\nready\n"), text.npos) << text;
}

TEST(Status, NamesWhatIsNotServedAndStaysReady) {
  Status status;
  status.source_read = true;
  status.committed = true;
  status.unserved["health port"] = "address in use";
  EXPECT_TRUE(status.ready());
  EXPECT_EQ(describe(status), "ready\nno health port: address in use\n");
}

}  // namespace
}  // namespace portcullis
