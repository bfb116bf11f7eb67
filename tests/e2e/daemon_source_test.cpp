#include <csignal>

#include "tests/e2e/node.h"

// Manifests that are gone, not there yet, or broken: the previous rules stay in force.
namespace portcullis::test {
namespace {

class DaemonSource : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("web.yaml", web_);
    write("db.yaml", db_);
    start_and_wait_until_ready();
    before_ = table();
  }

  void empty_directory() const {
    remove("web.yaml");
    remove("db.yaml");
  }
  bool readyz_says(const std::string& words) const {
    return wait_until([&] { return contains(get("/readyz").body, words); });
  }
  void expect_kept(const std::string& words) {
    EXPECT_TRUE(readyz_says(words)) << get("/readyz").body << daemon_->err();
    EXPECT_EQ(get("/readyz").status, 503);
    EXPECT_EQ(table(), before_);
    EXPECT_TRUE(wait_until(
        [&] { return contains(get("/metrics").body, "\nportcullis_source_doubted 1\n"); }));
  }
  void expect_recovery() {
    write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
    EXPECT_TRUE(becomes_ready()) << get("/readyz").body << daemon_->err();
    EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  }

  const std::string web_ = pod_manifest("web", "10.0.0.1") + "---\n" + deny_manifest("web", "web");
  const std::string db_ = pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "db");
  std::string before_;
};

TEST_F(DaemonSource, AnEmptiedDirectoryKeepsTheRules) {
  empty_directory();
  expect_kept("holds no manifests");
  expect_recovery();
}

TEST_F(DaemonSource, AVanishedDirectoryKeepsTheRules) {
  std::filesystem::remove_all(manifests_);
  expect_kept("cannot be listed");
  std::filesystem::create_directory(manifests_);
  expect_recovery();
}

TEST_F(DaemonSource, AnEmptyDirectoryAtTheStartKeepsTheRules) {
  stop_daemon(SIGTERM);
  empty_directory();
  start_daemon();
  expect_kept("holds no manifests");
  EXPECT_FALSE(contains(daemon_->err(), "quarantine")) << "the rules of the last run have none";
  EXPECT_TRUE(contains(get("/metrics").body, "\nportcullis_quarantined_addresses 0\n"));
  expect_recovery();
}

TEST_F(DaemonSource, ADirectoryThatIsNotThereYetIsWaitedFor) {
  stop_daemon(SIGTERM);
  std::filesystem::remove_all(manifests_);
  start_daemon();
  expect_kept("cannot be listed");
  std::filesystem::create_directory(manifests_);
  expect_recovery();
}

TEST_F(DaemonSource, AnEmptyDirectoryCanBeMeant) {
  start_and_wait_until_ready({"--allow-empty"});
  empty_directory();
  EXPECT_TRUE(wait_until([&] { return !contains(table(), "10.0.0.1"); })) << daemon_->err();
  EXPECT_EQ(get("/readyz").body, "ready\n");
  start_and_wait_until_ready();
}

// Its last content stays, and everything else continues.
TEST_F(DaemonSource, AfterARestartABrokenFileKeepsWhatItLastSaid) {
  stop_daemon(SIGTERM);
  write("db.yaml", "kind: Pod\n metadata: [\n");
  write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
  start_and_wait_until_ready();
  EXPECT_TRUE(wait_until([&] { return contains(table(), "10.0.0.77"); })) << daemon_->err();
  EXPECT_TRUE(contains(table(), "10.0.0.2")) << table();
  EXPECT_TRUE(readyz_says("unreadable: " + manifests_ + "/db.yaml"));
  EXPECT_TRUE(contains(daemon_->err(), "its last content stays in force")) << daemon_->err();

  // Indefinitely.
  start_and_wait_until_ready();
  EXPECT_TRUE(contains(table(), "10.0.0.2")) << table();
  remove("db.yaml");
  EXPECT_TRUE(wait_until([&] { return !contains(table(), "10.0.0.2"); })) << daemon_->err();
}

// A reboot with a file that is broken meanwhile: from the disk alone.
TEST_F(DaemonSource, AfterARebootABrokenFileKeepsWhatItLastSaid) {
  stop_daemon(SIGTERM);
  network_.emplace(NetworkNamespace::create().value());
  network_->run(bring_loopback_up);
  write("db.yaml", "");
  std::filesystem::remove(manifests_ + "/db.yaml");
  std::filesystem::create_symlink("nowhere", manifests_ + "/db.yaml");
  start_and_wait_until_ready();
  EXPECT_EQ(table(), before_);
}

TEST_F(DaemonSource, AFileThatWasNeverReadableIsNotReady) {
  write("new.yaml", "kind: [\n");
  ASSERT_TRUE(
      readyz_says("never read, so its content is not enforced: " + manifests_ + "/new.yaml"))
      << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 503);
  write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
  EXPECT_TRUE(wait_until([&] { return contains(table(), "10.0.0.77"); })) << "others continue";
  EXPECT_TRUE(wait_until(
      [&] { return contains(get("/metrics").body, "\nportcullis_files_never_read 1\n"); }));

  start_daemon();
  EXPECT_TRUE(readyz_says("never read, so")) << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 503);
  write("web.yaml", web_);
  EXPECT_TRUE(wait_until([&] { return contains(table(), "10.0.0.1"); })) << "after a restart too";
  remove("new.yaml");
  EXPECT_TRUE(becomes_ready()) << get("/readyz").body;
}

TEST_F(DaemonSource, WhatIsKeptIsRootsAloneAndRefusedWhenDamaged) {
  stop_daemon(SIGTERM);
  const std::string kept = snapshot_ + ".manifests";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kept)) {
    if (entry.path().filename() == "complete") continue;
    ++files;
    EXPECT_EQ(entry.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::resize_file(entry.path(), entry.file_size() - 1);
  }
  EXPECT_EQ(files, 2U);
  write("db.yaml", "kind: [\n");
  start_daemon();
  EXPECT_TRUE(readyz_says("the rules of the last run stay")) << get("/readyz").body;
  EXPECT_TRUE(contains(daemon_->err(), "it is damaged")) << daemon_->err();
  EXPECT_EQ(table(), before_);
  ASSERT_EQ(stop_daemon(SIGTERM), 0);
  EXPECT_EQ(portcullis_here({"cleanup", "--snapshot", snapshot_}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(kept));
}

}  // namespace
}  // namespace portcullis::test
