#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <utility>

#include "tests/e2e/node.h"

// The ruleset saved for the next boot, and `portcullis restore`.
namespace portcullis::test {
namespace {

class BootSnapshot : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("pods.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("db", "fd00::2"));
    write("deny.yaml", deny_manifest("deny-web", "web") + "---\n" + deny_manifest("deny-db", "db"));
  }

  void save_and_stop(const std::vector<std::string>& more = {}) {
    start_and_wait_until_ready(more);
    ASSERT_EQ(stop_daemon(SIGTERM), 0) << daemon_->err();
    ASSERT_TRUE(std::filesystem::exists(snapshot_)) << daemon_->err();
  }

  // A boot: files on disk stay, the kernel's state goes.
  void reboot() {
    daemon_.reset();
    network_.emplace(NetworkNamespace::create().value());
    network_->run(bring_loopback_up);
  }

  Finished restore(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"restore", "--snapshot", snapshot_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (more.empty()) arguments.insert(arguments.end(), {"--node-name", "node"});
    return portcullis_here(arguments);
  }

  void expect_refused(const std::string& words, const std::vector<std::string>& more = {}) const {
    const auto before = generation();
    const Finished end = restore(more);
    EXPECT_EQ(end.code, 2) << end.err;
    EXPECT_EQ(end.err.rfind("portcullis: ", 0), 0U) << end.err;
    EXPECT_TRUE(contains(end.err, snapshot_)) << end.err;
    EXPECT_TRUE(contains(end.err, words)) << end.err;
    EXPECT_EQ(generation(), before);
    EXPECT_EQ(portcullis_here({"dump"}).code, 1) << "nothing is loaded";
  }

  // The content of the table, each object with its kernel handle.
  std::string with_handles() const {
    const std::string text = nft({"-a", "list", "table", "inet", "portcullis"}).out;
    return text.substr(std::min(text.find("\tmap "), text.size()));
  }

  void expect_untouched(const Finished& end, const std::string& words, std::uint32_t before) const {
    EXPECT_EQ(end.code, 0) << end.err;
    EXPECT_TRUE(contains(end.err, words)) << end.err;
    EXPECT_EQ(generation(), before);
  }
};

TEST_F(BootSnapshot, RestoresBeforeAnyDaemonRuns) {
  save_and_stop();
  const std::string before = dumped();
  ASSERT_EQ(before, compiled());
  reboot();
  ASSERT_EQ(dumped(), "");
  const Finished end = restore();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_TRUE(contains(end.err, "restored table inet portcullis")) << end.err;
  EXPECT_EQ(dumped(), before);
}

TEST_F(BootSnapshot, RestoresATableThatSomebodyDeleted) {
  save_and_stop();
  const std::string before = dumped();
  ASSERT_EQ(nft({"delete", "table", "inet", "portcullis"}).code, 0);
  EXPECT_EQ(restore().code, 0);
  EXPECT_EQ(dumped(), before);
}

TEST_F(BootSnapshot, ATableThatEnforcesNothingIsReplaced) {
  save_and_stop();
  const std::string before = dumped();
  reboot();
  ASSERT_EQ(nft({"add", "table", "inet", "portcullis"}).code, 0);
  ASSERT_EQ(nft({"add", "chain", "inet", "portcullis", "forward"}).code, 0);
  EXPECT_EQ(restore().code, 0);
  EXPECT_EQ(dumped(), before);
}

TEST_F(BootSnapshot, FollowsCommitsAndNeedsNoOrderlyEnd) {
  start_and_wait_until_ready();
  write("more.yaml", pod_manifest("late", "10.0.0.9") + "---\n" + deny_manifest("late", "late"));
  ASSERT_TRUE(kernel_becomes_compiled());
  EXPECT_TRUE(wait_until([&] { return contains(read_file(snapshot_), "default/late"); }))
      << daemon_->err();
  stop_daemon(SIGKILL);
  reboot();
  EXPECT_EQ(restore().code, 0);
  EXPECT_EQ(dumped(), compiled());
}

TEST_F(BootSnapshot, IsRootsAlone) {
  save_and_stop();
  struct stat status {};
  ASSERT_EQ(stat(snapshot_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  ASSERT_EQ(stat((directory_ / "portcullis").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(BootSnapshot, TheDaemonTakesOverWhatWasRestored) {
  save_and_stop();
  reboot();
  ASSERT_EQ(restore().code, 0);
  const std::string before = with_handles();
  ASSERT_TRUE(contains(before, "# handle")) << before;
  start_and_wait_until_ready();
  EXPECT_EQ(with_handles(), before) << "nothing was recreated";
  EXPECT_TRUE(contains(daemon_->err(), "is already up to date")) << daemon_->err();
  EXPECT_NE(nft({"flush", "table", "inet", "portcullis"}).code, 0) << "only the daemon owns it";
}

TEST_F(BootSnapshot, ASharedTableStaysAsItWasRestored) {
  save_and_stop({"--table", "shared"});
  reboot();
  ASSERT_EQ(restore({"--table", "shared", "--node-name", "node"}).code, 0);
  const auto before = generation();
  start_and_wait_until_ready({"--table", "shared"});
  EXPECT_EQ(generation(), before) << daemon_->err();
}

TEST_F(BootSnapshot, TheDaemonCommitsWhatChangedMeanwhile) {
  save_and_stop();
  reboot();
  ASSERT_EQ(restore().code, 0);
  write("more.yaml", pod_manifest("late", "10.0.0.9") + "---\n" + deny_manifest("late", "late"));
  start_and_wait_until_ready();
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
}

// The file may be what isolates some pods.
TEST_F(BootSnapshot, WhatWasRestoredStaysWhileAFileCannotBeRead) {
  save_and_stop();
  const std::string before = dumped();
  reboot();
  ASSERT_EQ(restore().code, 0);
  write("deny.yaml", "kind: NetworkPolicy\n  metadata: [\n");
  std::filesystem::remove_all(snapshot_ + ".manifests");
  start_daemon();
  EXPECT_TRUE(wait_until([&] { return contains(daemon_->err(), "stay as they are"); }));
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(dumped(), before);
}

TEST_F(BootSnapshot, ATableInForceIsNewer) {
  save_and_stop();
  write("more.yaml", pod_manifest("late", "10.0.0.9") + "---\n" + deny_manifest("late", "late"));
  const std::string kept = std::exchange(snapshot_, "off");
  start_and_wait_until_ready();
  ASSERT_TRUE(kernel_becomes_compiled());
  snapshot_ = kept;
  expect_untouched(restore(), "already in force", generation());
  stop_daemon(SIGKILL);
  expect_untouched(restore(), "already in force", generation());
}

// nftables.service loads a saved ruleset, maybe weeks old, that contains all our rules.
TEST_F(BootSnapshot, ATableOfASavedFirewallIsReplaced) {
  start_and_wait_until_ready();
  const std::string saved = table();
  stop_daemon(SIGTERM);
  write("more.yaml", pod_manifest("late", "10.0.0.9") + "---\n" + deny_manifest("late", "late"));
  save_and_stop();
  const std::string newest = dumped();
  reboot();
  write_file(directory_ / "nftables.conf", saved);
  ASSERT_EQ(nft({"-f", directory_ / "nftables.conf"}).code, 0);
  ASSERT_FALSE(contains(dumped(), "10.0.0.9"));
  const Finished end = restore();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_TRUE(contains(end.err, "in place of an older one")) << end.err;
  EXPECT_EQ(dumped(), newest);
  expect_untouched(restore(), "equals the saved one", generation());
}

// Better than none.
TEST_F(BootSnapshot, ATableOfASavedFirewallStaysWhereNothingGoodWasKept) {
  save_and_stop();
  const std::string saved = table();
  reboot();
  write_file(directory_ / "nftables.conf", saved);
  ASSERT_EQ(nft({"-f", directory_ / "nftables.conf"}).code, 0);
  std::filesystem::resize_file(snapshot_, 100);
  const std::string before = dumped();
  const Finished end = restore();
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "damaged")) << end.err;
  EXPECT_EQ(dumped(), before);
}

TEST_F(BootSnapshot, ADaemonThatHasCommittedNothingYetIsNotDisturbed) {
  save_and_stop();
  reboot();
  // Nobody listens there.
  write_file(directory_ / "kubeconfig",
             "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n"
             "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n");
  daemon_ = std::make_unique<ChildProcess>(
      ChildSetup{{PORTCULLIS_BINARY, "run", "--kubeconfig", directory_ / "kubeconfig",
                  "--node-name", "node", "--socket", socket_, "--snapshot", snapshot_},
                 {},
                 &*network_,
                 ""});
  ASSERT_TRUE(wait_until([&] { return get("/healthz").status == 200; })) << daemon_->err();
  const Finished end = restore();
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "another portcullis")) << end.err;
  EXPECT_EQ(dumped(), "");
}

TEST_F(BootSnapshot, WithoutAFileNothingIsRestored) {
  expect_untouched(restore(), "there is no " + snapshot_, generation());
  expect_untouched(portcullis_here({"restore", "--snapshot", "off"}), "off", generation());
}

TEST_F(BootSnapshot, ADamagedFileIsRefused) {
  save_and_stop();
  reboot();
  {
    std::fstream file(snapshot_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-100, std::ios::end);
    file.put('\xff');
  }
  expect_refused("damaged");
  std::filesystem::resize_file(snapshot_, std::filesystem::file_size(snapshot_) / 2);
  expect_refused("damaged");
  std::filesystem::resize_file(snapshot_, 0);
  expect_refused("not written by this version");
}

TEST_F(BootSnapshot, AForeignFileIsRefused) {
  save_and_stop();
  reboot();
  expect_refused("it is from node \"node\"", {"--node-name", "other"});
  std::filesystem::permissions(snapshot_, std::filesystem::perms::group_write,
                               std::filesystem::perm_options::add);
  expect_refused("users other than its owner");
  std::filesystem::rename(snapshot_, snapshot_ + ".real");
  std::filesystem::create_symlink(snapshot_ + ".real", snapshot_);
  expect_refused("a symbolic link");
}

TEST_F(BootSnapshot, RestoringNeedsTheCapability) {
  save_and_stop();
  reboot();
  const Finished end = run_to_end({{"setpriv", "--bounding-set", "-net_admin", PORTCULLIS_BINARY,
                                    "restore", "--snapshot", snapshot_, "--node-name", "node"},
                                   {},
                                   &*network_,
                                   ""});
  EXPECT_EQ(end.code, 2);
  EXPECT_TRUE(contains(end.err, "CAP_NET_ADMIN")) << end.err;
}

TEST_F(BootSnapshot, AFailureToKeepItIsToldAndCostsNothingElse) {
  write_file(directory_ / "portcullis", "no directory");
  start_and_wait_until_ready();
  EXPECT_TRUE(wait_until([&] {
    return contains(get("/metrics").body, "\nportcullis_snapshot_failing 1\n");
  })) << daemon_->err();
  EXPECT_TRUE(contains(get("/readyz").body, "not saved for the next boot: "))
      << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(count_of(daemon_->err(), "cannot save the ruleset for the next boot"), 1U);
  EXPECT_EQ(stop_daemon(SIGTERM), 0);
}

TEST_F(BootSnapshot, CleanupRemovesItToo) {
  save_and_stop();
  const Finished cleanup = portcullis_here({"cleanup", "--snapshot", snapshot_});
  EXPECT_EQ(cleanup.code, 0) << cleanup.err;
  EXPECT_TRUE(contains(cleanup.err, "removed " + snapshot_)) << cleanup.err;
  EXPECT_FALSE(std::filesystem::exists(snapshot_));
}

TEST_F(BootSnapshot, CanBeSwitchedOff) {
  const std::string file = std::exchange(snapshot_, "off");
  start_and_wait_until_ready();
  EXPECT_EQ(stop_daemon(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace portcullis::test
