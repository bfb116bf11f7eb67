#include <unistd.h>

#include <csignal>

#include "daemon/netlink/table/kernel.h"
#include "tests/e2e/node.h"
#include "tests/support/model/deltas.h"

// The daemon's state in the kernel, from its start to its end.
namespace portcullis::test {
namespace {

class DaemonAndKernel : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("pods.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("db", "fd00::2"));
    write("deny.yaml", deny_manifest("deny-web", "web"));
  }
};

TEST_F(DaemonAndKernel, TheTableIsWhatCompilePrints) {
  start_and_wait_until_ready();
  EXPECT_EQ(table(), compiled());
  EXPECT_TRUE(contains(table(), "10.0.0.1")) << table();
}

TEST_F(DaemonAndKernel, DumpsOfKernelAndDaemonAgreeInBothFormats) {
  start_and_wait_until_ready();
  for (const std::string format : {"nft", "json"}) {
    const Finished kernel = portcullis_here({"dump", "--kernel", "-o", format});
    const Finished desired = ask_daemon({"dump", "--desired", "-o", format});
    EXPECT_EQ(kernel.code, 0) << kernel.err;
    EXPECT_EQ(desired.code, 0) << desired.err;
    EXPECT_FALSE(kernel.out.empty());
    EXPECT_EQ(kernel.out, desired.out);
  }
  EXPECT_EQ(portcullis_here({"dump"}).out, table());
}

// What it can repair it repairs before anyone can ask: here it cannot.
TEST_F(DaemonAndKernel, SaysWhoTookTheTableAndWhatIsMissing) {
  start_and_wait_until_ready({"--table", "shared"});
  const Finished none = ask_daemon({"diff"});
  EXPECT_EQ(none.code, 0) << none.out << none.err;
  EXPECT_EQ(none.out, "");
  network_->run([&] {
    auto thief = nl::Kernel::open(nl::Ownership::kOwned);
    ASSERT_TRUE(thief) << thief.error().message;
    ASSERT_TRUE(thief->commit(to_table(TableChange::kReplace)));
    const auto us = "belongs to another process, e2e_test (process " + std::to_string(getpid());
    EXPECT_TRUE(wait_until([&] { return contains(daemon_->err(), us); })) << daemon_->err();
    const Finished some = ask_daemon({"diff"});
    EXPECT_EQ(some.code, 1) << some.err;
    EXPECT_TRUE(contains(some.out, "10.0.0.1")) << some.out;
  });
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
}

TEST_F(DaemonAndKernel, SigtermLeavesTheRules) {
  start_and_wait_until_ready();
  const std::string before = table();
  EXPECT_EQ(stop_daemon(SIGTERM), 0) << daemon_->err();
  EXPECT_EQ(table(), before);
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(DaemonAndKernel, ARestartTouchesNothing) {
  start_and_wait_until_ready({"--table", "shared"});
  for (const int signal : {SIGTERM, SIGKILL}) {
    const auto before = generation();
    stop_daemon(signal);
    start_and_wait_until_ready({"--table", "shared"});
    EXPECT_EQ(generation(), before) << daemon_->err();
  }
  EXPECT_TRUE(contains(daemon_->err(), "is already up to date")) << daemon_->err();
}

TEST_F(DaemonAndKernel, ARestartCommitsWhatChangedMeanwhile) {
  start_and_wait_until_ready();
  stop_daemon(SIGKILL);
  write("more.yaml", pod_manifest("late", "10.0.0.9") + "---\n" + deny_manifest("late", "late"));
  remove("deny.yaml");
  start_and_wait_until_ready();
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(contains(table(), "10.0.0.9"));
}

TEST_F(DaemonAndKernel, CleanupNamesWhoOwnsTheTable) {
  start_and_wait_until_ready();
  const std::string before = table();
  const Finished cleanup = portcullis_here({"cleanup", "--snapshot", snapshot_});
  EXPECT_NE(cleanup.code, 0);
  EXPECT_TRUE(contains(cleanup.err, "belongs to portcullis (process ")) << cleanup.err;
  EXPECT_EQ(table(), before);
}

TEST_F(DaemonAndKernel, CleanupIsRefusedWhileADaemonWouldPutTheTableBack) {
  start_and_wait_until_ready({"--table", "shared"});
  const std::string before = table();
  const Finished cleanup = portcullis_here({"cleanup", "--snapshot", snapshot_});
  EXPECT_EQ(cleanup.code, 2);
  EXPECT_TRUE(contains(cleanup.err, "another portcullis already enforces")) << cleanup.err;
  EXPECT_EQ(table(), before);
}

TEST_F(DaemonAndKernel, AnEditOnATableThatSomebodyDeletedMendsIt) {
  start_and_wait_until_ready({"--table", "shared"});
  ASSERT_EQ(nft({"delete", "table", "inet", "portcullis"}).code, 0);
  write("more.yaml", pod_manifest("web2", "10.0.0.9") + "---\n" + deny_manifest("d", "web2"));
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(wait_until([&] { return contains(daemon_->err(), "was not as we left it"); }));
}

TEST_F(DaemonAndKernel, CleanupRemovesTheTableOnly) {
  start_and_wait_until_ready();
  ASSERT_EQ(nft({"add", "table", "inet", "neighbour"}).code, 0);
  stop_daemon(SIGTERM);
  const Finished first = portcullis_here({"cleanup", "--snapshot", snapshot_});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_TRUE(contains(first.err, "removed table inet portcullis"));
  EXPECT_EQ(nft({"list", "tables"}).out, "table inet neighbour\n");
  const Finished second = portcullis_here({"cleanup", "--snapshot", snapshot_});
  EXPECT_EQ(second.code, 0);
  EXPECT_TRUE(contains(second.err, "nothing to remove"));
}

TEST_F(DaemonAndKernel, DumpWithoutATableIsANegativeAnswer) {
  const Finished dump = portcullis_here({"dump"});
  EXPECT_EQ(dump.code, 1);
  EXPECT_EQ(dump.out, "");
  EXPECT_TRUE(contains(dump.err, "there is no table inet portcullis"));
}

TEST_F(DaemonAndKernel, NothingIsWrittenWhileTheInputIsIncomplete) {
  std::filesystem::remove_all(manifests_);
  const auto before = generation();
  start_daemon();
  EXPECT_EQ(daemon_->wait(), 2);
  EXPECT_TRUE(contains(daemon_->err(), manifests_)) << daemon_->err();
  EXPECT_EQ(generation(), before);
}

}  // namespace
}  // namespace portcullis::test
