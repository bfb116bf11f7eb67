#include "tests/e2e/node.h"

#include <csignal>

// How the running daemon follows its manifests, valid and invalid ones.
namespace portcullis::test {
namespace {

class DaemonInput : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("web.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + deny_manifest("web", "web"));
    write("db.yaml", pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "db"));
    start_and_wait_until_ready();
  }

  bool says(const std::string& text) const {
    return wait_until([&] { return contains(daemon_->err(), text); });
  }
};

TEST_F(DaemonInput, APodWithoutANodeCountsAsOneOfThisNode) {
  write("any.yaml",
        "{apiVersion: v1, kind: Pod, metadata: {name: any}, status: {podIP: 10.0.0.9}}");
  start_and_wait_until_ready();
  EXPECT_TRUE(says("3 pods (3 on this node)")) << daemon_->err();
}

TEST_F(DaemonInput, TheLogTellsOfPoliciesAndNotOfOperations) {
  EXPECT_TRUE(says("info policy default/web is new (" + manifests_ +
                   "/web.yaml, document 2): isolates 1 pod on this node for ingress"))
      << daemon_->err();
  write("db.yaml", pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "none"));
  EXPECT_TRUE(says("info policy default/db changed (" + manifests_ +
                   "/db.yaml, document 2): isolates 0 pods on this node for ingress"))
      << daemon_->err();
  remove("web.yaml");
  EXPECT_TRUE(says("info policy default/web is gone (" + manifests_ + "/web.yaml, document 2)"))
      << daemon_->err();
  EXPECT_FALSE(contains(daemon_->err(), " operation")) << daemon_->err();
}

TEST_F(DaemonInput, ASnapshotInADirectoryThatIsMissingIsNotKept) {
  const auto nowhere = directory_ / "nonexistent";
  snapshot_ = nowhere + "/x";
  start_and_wait_until_ready();
  EXPECT_TRUE(says("its directory " + nowhere + " does not exist")) << daemon_->err();
  EXPECT_FALSE(std::filesystem::exists(nowhere));
}

TEST_F(DaemonInput, AnAddedFileIsEnforced) {
  write("api.yaml", pod_manifest("api", "10.0.0.3") + "---\n" + deny_manifest("api", "api"));
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(contains(table(), "10.0.0.3"));
}

TEST_F(DaemonInput, AnEditedFileIsEnforced) {
  write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_TRUE(contains(table(), "10.0.0.77"));
  EXPECT_FALSE(contains(table(), "10.0.0.1 "));
}

TEST_F(DaemonInput, ARemovedFileTakesItsObjectsAlong) {
  remove("db.yaml");
  EXPECT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  EXPECT_FALSE(contains(table(), "10.0.0.2"));
}

TEST_F(DaemonInput, ABrokenFileLeavesTheOthersInForceAndIsNamed) {
  const std::string before = table();
  write("db.yaml", "kind: Pod\n metadata: [\n");
  ASSERT_TRUE(says("db.yaml")) << daemon_->err();
  ASSERT_TRUE(wait_until([&] { return contains(get("/readyz").body, "db.yaml"); }));
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(table(), before) << "its last content stays in force";
  write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
  EXPECT_TRUE(wait_until([&] { return contains(table(), "10.0.0.77"); }));
  EXPECT_TRUE(contains(table(), "10.0.0.2"));
  EXPECT_EQ(count_of(daemon_->err(), " warning "), 1U) << daemon_->err();

  write("db.yaml", pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "db"));
  EXPECT_TRUE(says("resolved: ")) << daemon_->err();
  EXPECT_TRUE(wait_until([&] { return get("/readyz").body == "ready\n"; }));
}

// If the last content of the file is unknown.
TEST_F(DaemonInput, AfterARestartABrokenFileOpensNothing) {
  const std::string before = table();
  stop_daemon(SIGTERM);
  std::filesystem::remove_all(snapshot_ + ".manifests");
  write("db.yaml", "kind: Pod\n metadata: [\n");
  start_daemon();
  ASSERT_TRUE(wait_until([&] { return contains(get("/readyz").body, "db.yaml"); }));
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_TRUE(says("the rules of the last run stay")) << daemon_->err();
  write("web.yaml", pod_manifest("web", "10.0.0.77") + "---\n" + deny_manifest("web", "web"));
  EXPECT_EQ(table(), before);
  write("db.yaml", pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "db"));
  EXPECT_TRUE(becomes_ready()) << daemon_->err();
  EXPECT_TRUE(kernel_becomes_compiled());
  EXPECT_TRUE(contains(table(), "10.0.0.77"));
}

TEST_F(DaemonInput, WithoutRulesABrokenFileDoesNotStopTheRest) {
  stop_daemon(SIGTERM);
  ASSERT_EQ(portcullis_here({"cleanup", "--snapshot", snapshot_}).code, 0);
  write("broken.json", "{\"kind\": ");
  start_daemon();
  EXPECT_TRUE(wait_until([&] { return contains(table(), "10.0.0.1"); })) << daemon_->err();
  EXPECT_TRUE(contains(get("/readyz").body, "broken.json")) << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 503) << "its content is not enforced";
  EXPECT_TRUE(contains(daemon_->err(), "broken.json"));
}

TEST_F(DaemonInput, AMalformedPolicyClosesWhatItSelectsAndIsNamed) {
  write("bad.yaml",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata: {name: bad, namespace: default}\n"
        "spec:\n  podSelector: {matchLabels: {app: web}}\n"
        "  egress:\n  - to:\n    - ipBlock: {cidr: 10.0.0.0/99}\n");
  EXPECT_TRUE(says("spec.egress[0].to[0].ipBlock.cidr")) << daemon_->err();
  EXPECT_TRUE(kernel_becomes_compiled()) << table();
  EXPECT_TRUE(contains(daemon_->err(), "bad.yaml:"));
  EXPECT_TRUE(contains(get("/readyz").body, "problems in objects: 1")) << get("/readyz").body;
}

TEST_F(DaemonInput, TwoPodsWithOneAddressAreReportedOnceAndWhenGone) {
  write("twin.yaml", pod_manifest("twin", "10.0.0.1"));
  ASSERT_TRUE(says("default/twin")) << daemon_->err();
  write("twin.yaml", pod_manifest("twin", "10.0.0.4"));
  ASSERT_TRUE(says("resolved: ")) << daemon_->err();
  EXPECT_EQ(count_of(daemon_->err(), " warning "), 1U) << daemon_->err();
}

TEST_F(DaemonInput, ManyEditsEndInTheLastState) {
  for (int i = 0; i < 40; ++i) {
    write("n" + std::to_string(i % 7) + ".yaml",
          pod_manifest("n" + std::to_string(i % 7), "10.1.0." + std::to_string(i + 1)) + "---\n" +
              deny_manifest("n" + std::to_string(i % 7), "n" + std::to_string(i % 7)));
    if (i % 5 == 4) remove("n" + std::to_string((i - 2) % 7) + ".yaml");
  }
  EXPECT_TRUE(kernel_becomes_compiled()) << dumped() << compiled();
  EXPECT_EQ(ask_daemon({"diff"}).code, 0);
}

}  // namespace
}  // namespace portcullis::test
