// The daemon on the real API server: packets show the effect of writes.
#include <atomic>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/e2e/kube_cluster.h"
#include "tests/support/kube/pods.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/barrage.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kOpen = 1000;    // the policy allows it
constexpr std::uint16_t kClosed = 2000;  // and not this

// The subject on one node, its peers on both.
Topology web_and_peers() {
  return {.nodes = {"node-1", "node-2"},
          .pods = {{.name = "web", .labels = {{"app", "web"}}, .listens = {tcp(80), tcp(81)}},
                   {.name = "near", .labels = {{"app", "near"}}},
                   {.name = "far", .labels = {{"app", "far"}}, .node = "node-2"},
                   {.ns = "other", .name = "far", .labels = {{"app", "far"}}, .node = "node-2"}}};
}

// web may be reached by these peers, a YAML list, on 80/TCP and on the barrage's open port.
std::string web_allows(const std::string& peers, const std::string& name = "web") {
  return R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: )" +
         name + R"(, namespace: default}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: )" +
         peers + R"(
    ports: [{port: 80}, {port: 1000, protocol: UDP}]
)";
}

const std::string kOnlyNear = "[{podSelector: {matchLabels: {app: near}}}]";
const std::string kOnlyFar = "[{podSelector: {matchLabels: {app: far}}}]";
const std::string kTrusted = "[{namespaceSelector: {matchLabels: {trusted: 'yes'}}}]";

const std::string kNearReaches = R"(
  default/near -> default/web  80/TCP: allowed
  default/near -> default/web  81/TCP ICMP: denied
  default/far, other/far -> default/web  80/TCP ICMP: denied
)";
const std::string kFarReaches = R"(
  default/far -> default/web  80/TCP: allowed
  default/far -> default/web  81/TCP ICMP: denied
  default/near, other/far -> default/web  80/TCP ICMP: denied
)";
const std::string kNearAndFarReach = R"(
  default/near, default/far -> default/web  80/TCP: allowed
  default/near, default/far -> default/web  81/TCP ICMP: denied
  other/far -> default/web  80/TCP ICMP: denied
)";
const std::string kAllReach = R"(
  default/near, default/far, other/far -> default/web  80/TCP 81/TCP ICMP: allowed
)";

class KubeDaemon : public KubeCluster {
 protected:
  void SetUp() override {
    build(web_and_peers());
    if (IsSkipped() || HasFatalFailure()) return;
    start_daemons();
    ASSERT_TRUE(daemons_become_ready()) << logs();
  }

  Barrage barrage() {
    return {playground().endpoint("default/near"),
            playground().endpoint("default/web"),
            Family::kIpv4,
            {.open = kOpen, .closed = kClosed}};
  }
};

// Writes that others make meanwhile, as fast as the server takes them; it may be away.
class Load {
 public:
  explicit Load(const ApiClient::Setup& setup)
      : thread_([this, setup](const std::stop_token& stop) {
          ApiClient api(setup);
          for (std::size_t i = 0; !stop.stop_requested(); ++i) {
            const auto patch = R"({"metadata":{"labels":{"turn":")" + std::to_string(i) + "\"}}}";
            const auto answer = api.request("PATCH", "/api/v1/namespaces/other/pods/far", patch,
                                            "application/merge-patch+json");
            if (answer.status == 200) ++writes_;
          }
        }) {}

  bool goes_on() const {
    return wait_until([this, until = writes_ + 20] { return writes_ > until; });
  }

 private:
  std::atomic<std::size_t> writes_ = 0;
  std::jthread thread_;
};

void expect_nothing_lost_or_leaked(const Barrage::Outcome& outcome) {
  EXPECT_GT(outcome.sent.open, 0U);
  EXPECT_GT(outcome.sent.closed, 0U);
  EXPECT_EQ(outcome.lost, 0U) << "of " << outcome.sent.open;
  EXPECT_EQ(outcome.leaked, 0U) << "of " << outcome.sent.closed;
}

TEST_F(KubeDaemon, FollowsPolicies) {
  EXPECT_TRUE(traffic_is(kAllReach));
  apply(web_allows(kOnlyNear));
  EXPECT_TRUE(traffic_becomes(kNearReaches)) << logs();
  apply(web_allows(kOnlyFar));
  EXPECT_TRUE(traffic_becomes(kFarReaches)) << logs();
  kubectl({"delete", "networkpolicy", "web"});
  EXPECT_TRUE(traffic_becomes(kAllReach)) << logs();
}

TEST_F(KubeDaemon, FollowsPods) {
  apply(web_allows(kOnlyNear));
  EXPECT_TRUE(traffic_becomes(kNearReaches)) << logs();
  kubectl({"label", "pod", "near", "app=gone", "--overwrite"});
  kubectl({"label", "pod", "far", "app=near", "--overwrite"});
  EXPECT_TRUE(traffic_becomes(kFarReaches)) << logs();

  ASSERT_TRUE(delete_pod(server().api(), pod("default/far").key));
  EXPECT_TRUE(traffic_becomes("default/far -> default/web  80/TCP ICMP: denied")) << logs();
  ASSERT_TRUE(delete_pod(server().api(), pod("default/near").key));
  ASSERT_TRUE(create_pod(server().api(), pod("default/near")));
  EXPECT_TRUE(traffic_becomes(kNearReaches)) << logs();

  auto finished = pod("default/near");
  finished.phase = PodPhase::kSucceeded;
  ASSERT_TRUE(update_pod_status(server().api(), finished));
  EXPECT_TRUE(traffic_becomes("default/near -> default/web  80/TCP ICMP: denied")) << logs();
}

TEST_F(KubeDaemon, FollowsNamespaces) {
  apply(web_allows(kTrusted));
  EXPECT_TRUE(traffic_becomes("default/far, other/far -> default/web  80/TCP: denied")) << logs();
  kubectl({"label", "namespace", "other", "trusted=yes"});
  EXPECT_TRUE(traffic_becomes("other/far -> default/web  80/TCP: allowed")) << logs();
  kubectl({"label", "namespace", "other", "trusted-"});
  EXPECT_TRUE(traffic_becomes("other/far -> default/web  80/TCP: denied")) << logs();
}

// Later writes are followed, so the daemons have reconnected, too.
TEST_F(KubeDaemon, KeepsTheRulesWhileTheServersAreAway) {
  apply(web_allows(kOnlyNear));
  ASSERT_TRUE(traffic_becomes(kNearReaches)) << logs();
  auto packets = barrage();
  server().kill_api_server();
  server().start_api_server();
  ASSERT_TRUE(server().becomes_ready()) << logs();
  server().kill_etcd();
  server().start_etcd();
  ASSERT_TRUE(server().becomes_ready()) << logs();
  server().kill_api_server();
  server().kill_etcd();
  EXPECT_TRUE(traffic_is(kNearReaches));
  server().start_etcd();
  server().start_api_server();
  ASSERT_TRUE(server().becomes_ready()) << logs();
  expect_nothing_lost_or_leaked(packets.stop());
  apply(web_allows(kOnlyFar));
  EXPECT_TRUE(traffic_becomes(kFarReaches)) << logs();
}

// A daemon that starts without a server keeps the rules of its last run, whatever has changed.
TEST_F(KubeDaemon, KeepsTheRulesUntilItHasHeardAll) {
  apply(web_allows(kOnlyNear));
  ASSERT_TRUE(traffic_becomes(kNearReaches)) << logs();
  kill_daemon("node-1");
  apply(web_allows(kOnlyFar));
  server().kill_api_server();
  auto packets = barrage();
  start_daemons();
  ASSERT_TRUE(wait_until([&] { return get("node-1", "/healthz").status == 200; })) << logs();
  EXPECT_TRUE(traffic_is(kNearReaches));
  EXPECT_EQ(get("node-1", "/readyz").status, 503);
  expect_nothing_lost_or_leaked(packets.stop());
  server().start_api_server();
  EXPECT_TRUE(traffic_becomes(kFarReaches)) << logs();
}

// It misses an edit, a deletion and a creation, and cannot resume its watch.
TEST_F(KubeDaemon, ListsAgainWhenThePastIsCompacted) {
  apply(web_allows(kOnlyNear));
  ASSERT_TRUE(traffic_becomes(kNearReaches)) << logs();
  daemon("node-1").signal(SIGSTOP);
  kubectl({"delete", "networkpolicy", "web"});
  kubectl({"label", "pod", "near", "app=gone", "--overwrite"});
  apply(web_allows(kOnlyFar, "another"));
  ASSERT_TRUE(server().compact());
  server().kill_api_server();
  server().start_api_server();
  ASSERT_TRUE(server().becomes_ready()) << logs();
  EXPECT_TRUE(traffic_is(kNearReaches));
  daemon("node-1").signal(SIGCONT);
  EXPECT_TRUE(traffic_becomes(kFarReaches)) << logs();
}

// One minor version back, which kube-apiserver emulates, and forward again.
TEST_F(KubeDaemon, FollowsAServerThatComesBackWithAnotherVersion) {
  const auto version = [&] { return nlohmann::json::parse(server().api().get("/version").body); };
  apply(web_allows(kOnlyNear));
  ASSERT_TRUE(traffic_becomes(kNearReaches)) << logs();
  const auto older = std::to_string(std::stoi(version().at("minor").get<std::string>()) - 1);
  auto packets = barrage();
  const Load load(server().api_setup());
  ASSERT_TRUE(load.goes_on());

  server().kill_api_server();
  server().start_api_server({"--emulated-version=1." + older});
  ASSERT_TRUE(server().becomes_ready()) << logs();
  EXPECT_EQ(version().at("emulationMinor"), older);
  ASSERT_TRUE(load.goes_on());
  apply(web_allows(kOnlyFar, "far"));
  EXPECT_TRUE(traffic_becomes(kNearAndFarReach)) << logs();

  server().kill_api_server();
  server().start_api_server();
  ASSERT_TRUE(server().becomes_ready()) << logs();
  ASSERT_TRUE(load.goes_on());
  kubectl({"delete", "networkpolicy", "far"});
  EXPECT_TRUE(traffic_becomes(kNearReaches)) << logs();
  expect_nothing_lost_or_leaked(packets.stop());
}

// The versions that the daemons have heard of are in the future then.
TEST_F(KubeDaemon, FollowsAServerWhoseStorageIsRestoredFromABackup) {
  const auto stop_servers = [&] {
    server().kill_api_server();
    server().kill_etcd();
  };
  const auto start_servers = [&] {
    server().start_etcd();
    server().start_api_server();
    return server().becomes_ready();
  };
  apply(web_allows(kOnlyNear));
  ASSERT_TRUE(traffic_becomes(kNearReaches)) << logs();
  stop_servers();
  server().save_storage();
  ASSERT_TRUE(start_servers()) << logs();
  ASSERT_TRUE(Load(server().api_setup()).goes_on());
  apply(web_allows(kOnlyFar, "far"));
  ASSERT_TRUE(traffic_becomes(kNearAndFarReach)) << logs();

  auto packets = barrage();
  stop_servers();
  server().restore_storage();
  ASSERT_TRUE(start_servers()) << logs();
  EXPECT_TRUE(traffic_becomes(kNearReaches)) << logs();
  apply(web_allows(kOnlyFar, "far"));
  EXPECT_TRUE(traffic_becomes(kNearAndFarReach)) << logs();
  expect_nothing_lost_or_leaked(packets.stop());
}

}  // namespace
}  // namespace portcullis::test
