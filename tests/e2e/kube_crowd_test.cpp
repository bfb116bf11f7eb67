// Two thousand pods of a real API server: more than one page of a list.
#include "tests/e2e/kube_cluster.h"
#include "tests/support/kube/pods.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

constexpr int kCrowd = 2000;  // when the daemon starts
constexpr int kLater = 500;   // after these have gone

// Pods of a node that is not in the playground: peers of what runs here.
Pod member(int number) {
  Pod pod;
  pod.key = {"crowd", "member-" + std::to_string(number)};
  pod.labels = Labels{{"app", "crowd"}};
  pod.node_name = "elsewhere";
  const std::string host = std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
  pod.addresses = {*parse_address("10.250." + host)};
  pod.phase = PodPhase::kRunning;
  return pod;
}

std::size_t members_in(const std::string& dump) {
  std::size_t count = 0;
  for (auto at = dump.find("10.250."); at != dump.npos; at = dump.find("10.250.", at + 1)) ++count;
  return count;
}

class KubeCrowd : public KubeCluster {
 protected:
  void create_members(int count) {
    for (int number = 0; number < count; ++number) {
      const auto created = create_pod(server().api(), member(number));
      ASSERT_TRUE(created) << created.error().message;
    }
  }

  void delete_members() {
    const auto deleted = server().api().request(
        "DELETE", "/api/v1/namespaces/crowd/pods?gracePeriodSeconds=0&labelSelector=app%3Dcrowd");
    ASSERT_EQ(deleted.status, 200) << deleted.body;
  }

  bool members_become(std::size_t count) {
    return wait_until([&] { return members_in(dumped("node-1")) == count; },
                      std::chrono::seconds(60));
  }
};

const std::string kPolicy = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: crowd, namespace: crowd}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: crowd}}}]
)";

TEST_F(KubeCrowd, IsListedWatchedAndGone) {
  build({.pods = {{.ns = "crowd", .name = "web", .labels = {{"app", "web"}}, .listens = {tcp(80)}},
                  {.ns = "crowd", .name = "peer", .labels = {{"app", "crowd"}}},
                  {.ns = "crowd", .name = "stranger"}}});
  if (IsSkipped() || HasFatalFailure()) return;
  const std::string traffic = R"(
  crowd/peer -> crowd/web  80/TCP: allowed
  crowd/stranger -> crowd/web  80/TCP: denied
)";
  apply(kPolicy);
  create_members(kCrowd);
  start_daemons();
  ASSERT_TRUE(daemons_become_ready()) << logs();
  EXPECT_EQ(members_in(dumped("node-1")), std::size_t{kCrowd});
  EXPECT_TRUE(traffic_is(traffic));

  delete_members();
  EXPECT_TRUE(members_become(0)) << logs();
  EXPECT_TRUE(traffic_becomes("crowd/peer, crowd/stranger -> crowd/web  80/TCP: denied"));
  create_members(kLater);
  EXPECT_TRUE(members_become(kLater)) << logs();
  ASSERT_TRUE(create_pod(server().api(), pod("crowd/peer")));
  EXPECT_TRUE(traffic_becomes(traffic)) << logs();
}

}  // namespace
}  // namespace portcullis::test
