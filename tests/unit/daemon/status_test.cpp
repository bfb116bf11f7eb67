#include "daemon/status.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

TEST(Status, IsNotReadyBeforeTheFirstCommitAndSaysWhy) {
  Status status;
  EXPECT_FALSE(status.ready());
  EXPECT_EQ(describe(status),
            "not ready: what is to be enforced is being read for the first time\n");
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
  EXPECT_EQ(describe(status), "ready\nnot kept for the next boot: no space\n");
}

}  // namespace
}  // namespace portcullis
