// The real API server: the harness works as described.
#include <nlohmann/json.hpp>

#include "tests/e2e/kube_fixture.h"
#include "tests/support/kube/pods.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kPolicies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
constexpr const char* kPods = "/api/v1/namespaces/default/pods";

std::string deny_all(const std::string& name) {
  return R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": ")" +
         name + R"("}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}})";
}

class KubeHarness : public KubeApiServer {
 protected:
  void create_policy(const std::string& name) {
    const auto answer = server_->api().request("POST", kPolicies, deny_all(name));
    ASSERT_EQ(answer.status, 201) << answer.body;
  }

  Json list(const std::string& path) { return Json::parse(server_->api().get(path).body); }
};

TEST_F(KubeHarness, KeepsItsObjectsThroughCrashes) {
  create_policy("first");
  server_->kill_api_server();
  EXPECT_EQ(server_->api().get("/readyz").status, 0);
  server_->start_api_server();
  ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  create_policy("second");

  server_->kill_etcd();
  ASSERT_TRUE(wait_until([&] { return server_->api().get("/readyz").status == 500; }));
  server_->start_etcd();
  ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  const auto policies = list(kPolicies).at("items");
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].at("metadata").at("name"), "first");
  EXPECT_EQ(policies[1].at("metadata").at("name"), "second");
}

TEST_F(KubeHarness, KnowsWhoHasACertificate) {
  const auto someone = server_->kubeconfig_by_certificate("someone");
  const auto refused = server_->kubectl_as(someone, {"get", "pods"});
  EXPECT_NE(refused.err.find("User \"someone\" cannot list"), std::string::npos) << refused.err;
  const auto admin = server_->kubeconfig_by_certificate("other", {"system:masters"});
  const auto allowed = server_->kubectl_as(admin, {"get", "pods"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
}

// The addresses of both families: what the daemon's tests need of pods.
TEST_F(KubeHarness, HasPodsWithoutAKubelet) {
  Pod pod;
  pod.key = {"default", "web"};
  pod.labels = Labels{{"app", "web"}};
  pod.node_name = "node-1";
  pod.addresses = {*parse_address("10.244.1.10"), *parse_address("fd00:10:244:1::a")};
  pod.node_addresses = std::vector<Address>{*parse_address("172.18.0.1")};
  pod.phase = PodPhase::kRunning;
  const auto created = create_pod(server_->api(), pod);
  ASSERT_TRUE(created) << created.error().message;
  const auto status = list(kPods).at("items").at(0).at("status");
  EXPECT_EQ(status.at("phase"), "Running");
  EXPECT_EQ(status.at("podIPs"),
            Json::parse(R"([{"ip": "10.244.1.10"}, {"ip": "fd00:10:244:1::a"}])"));

  pod.labels = Labels{{"app", "api"}};
  pod.phase = PodPhase::kFailed;
  const auto updated = update_pod_status(server_->api(), pod);
  ASSERT_TRUE(updated) << updated.error().message;
  const auto changed = list(kPods).at("items").at(0);
  EXPECT_EQ(changed.at("metadata").at("labels"), Json::parse(R"({"app": "api"})"));
  EXPECT_EQ(changed.at("status").at("phase"), "Failed");

  const auto deleted = delete_pod(server_->api(), pod.key);
  ASSERT_TRUE(deleted) << deleted.error().message;
  EXPECT_TRUE(list(kPods).at("items").empty());
}

// 410, which a watch reports as an event of the stream or as its status.
TEST_F(KubeHarness, ForgetsThePastWhenCompacted) {
  const std::string before = list(kPolicies).at("metadata").at("resourceVersion");
  create_policy("first");
  create_policy("second");
  const std::string next = list(std::string(kPolicies) + "?limit=1").at("metadata").at("continue");
  create_policy("third");
  ASSERT_TRUE(server_->compact());

  const std::string watch =
      std::string(kPolicies) + "?watch=1&timeoutSeconds=1&resourceVersion=" + before;
  EXPECT_NE(server_->api().get(watch).body.find("ADDED"), std::string::npos);  // it remembers
  server_->kill_api_server();
  server_->start_api_server();
  ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  const auto expired = Json::parse(server_->api().get(watch).body);
  EXPECT_EQ(expired.value("object", expired).at("code"), 410) << expired;
  EXPECT_EQ(server_->api().get(std::string(kPolicies) + "?limit=1&continue=" + next).status, 410);
}

}  // namespace
}  // namespace portcullis::test
