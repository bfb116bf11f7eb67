#include <csignal>

#include "tests/e2e/api_node.h"

// The daemon on an API server that rejects some requests, or all.
namespace portcullis::test {
namespace {

using api::Resource;

class ApiDaemon : public ApiNode {
 protected:
  // Its log names the file and the field.
  void expect_unusable(const std::string& text, const std::string& field) {
    const std::string path = directory_ / "unusable";
    write_file(path, text);
    const Finished end = portcullis_here({"run", "--kubeconfig", path, "--socket", socket_});
    EXPECT_EQ(end.code, 2);
    EXPECT_TRUE(contains(end.err, path)) << end.err;
    EXPECT_TRUE(contains(end.err, field)) << end.err;
  }

  double stale_seconds(const std::string& resource) const {
    const std::string metrics = get("/metrics").body;
    const std::string name = "portcullis_source_stale_seconds{resource=\"" + resource + "\"} ";
    const auto at = metrics.find(name);
    return at == std::string::npos ? -1 : std::stod(metrics.substr(at + name.size()));
  }

  bool says(const std::string& words) const { return contains(get("/readyz").body, words); }
};

TEST_F(ApiDaemon, FollowsTheServer) {
  start_daemon();
  ASSERT_TRUE(node_becomes_ready()) << daemon_->err();
  EXPECT_TRUE(kernel_follows_server()) << daemon_->err();
  server_->apply(deny_manifest("deny", "web"));
  EXPECT_TRUE(kernel_follows_server()) << daemon_->err();
  EXPECT_TRUE(contains(table(), "10.0.0.1")) << table();
}

TEST_F(ApiDaemon, NamesWhatIsWrongInAKubeconfig) {
  expect_unusable("contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: y\n",
                  "current-context");
  expect_unusable(
      "clusters: [{name: c, cluster: {server: 7}}]\n"
      "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n",
      "server");
  expect_unusable("clusters: [\n", "is not YAML");
}

TEST_F(ApiDaemon, TellsOfWhatIsStaleAndKeepsItInForce) {
  server_->apply(deny_manifest("deny", "web"));
  start_daemon();
  ASSERT_TRUE(node_becomes_ready()) << daemon_->err();
  EXPECT_TRUE(wait_until([&] { return stale_seconds("pods") == 0; }));
  const std::string before = table();

  server_->deny({.resource = "pods"});
  server_->end_watches(Resource::kPods);
  ASSERT_TRUE(wait_until([&] { return says("stale: pods, for "); })) << daemon_->err();
  EXPECT_TRUE(says("403 Forbidden: pods is forbidden")) << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_TRUE(wait_until([&] { return stale_seconds("pods") > 0; })) << get("/metrics").body;
  EXPECT_EQ(stale_seconds("namespaces"), 0);
  const std::vector<std::string> question = {"explain", "--from", "192.0.2.1", "--to",
                                             "default/web:80"};
  const auto told = ask_daemon(question);
  EXPECT_TRUE(contains(told.err, "portcullis: stale: pods, for ")) << told.err;
  EXPECT_TRUE(contains(told.err, "403 Forbidden: pods is forbidden")) << told.err;
  const auto matrix = ask_daemon({"matrix", "-o", "json"});
  EXPECT_TRUE(contains(matrix.out, "\"warnings\": [\n    \"stale: pods, for ")) << matrix.out;
  server_->erase(Resource::kPods, "default", "web");
  EXPECT_EQ(table(), before);

  server_->allow_all();
  EXPECT_TRUE(kernel_follows_server()) << daemon_->err();
  EXPECT_FALSE(says("stale"));
  EXPECT_TRUE(wait_until([&] { return stale_seconds("pods") == 0; }));
  EXPECT_EQ(count_of(daemon_->err(), "cannot follow pods, retrying: 403"), 1U) << daemon_->err();
  EXPECT_EQ(count_of(daemon_->err(), "following pods again"), 1U) << daemon_->err();
}

TEST_F(ApiDaemon, WritesNothingBeforeItHasHeardAll) {
  server_->deny({.verb = "list", .resource = "pods"});
  start_daemon();
  ASSERT_TRUE(wait_until([&] {
    return server_->watches(Resource::kNetworkPolicies) == 1 && says("stale: pods, for ");
  })) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(table(), "");
  EXPECT_TRUE(contains(ask_daemon({"matrix"}).err, "first time; stale: pods, for "));
  server_->allow_all();
  EXPECT_TRUE(kernel_follows_server()) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(ApiDaemon, LeavesAnOlderTableUntilItHasHeardAll) {
  server_->apply(deny_manifest("deny", "web"));
  start_daemon();
  ASSERT_TRUE(node_becomes_ready()) << daemon_->err();
  ASSERT_EQ(stop_daemon(SIGTERM), 0);
  const std::string before = table();
  const auto generation_before = generation();

  server_->erase(Resource::kNetworkPolicies, "default", "deny");
  server_->deny({.verb = "list", .resource = "pods"});
  start_daemon();
  ASSERT_TRUE(wait_until([&] {
    return server_->watches(Resource::kNetworkPolicies) == 1 && says("stale: pods, for ");
  })) << daemon_->err();
  EXPECT_EQ(table(), before);
  EXPECT_EQ(generation(), generation_before);
  server_->allow_all();
  EXPECT_TRUE(kernel_follows_server()) << daemon_->err();
  EXPECT_NE(table(), before);
}

}  // namespace
}  // namespace portcullis::test
