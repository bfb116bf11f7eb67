// The real API server: that the harness has one as described, and what the shipped manifests give
// the daemon there.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tests/support/kube/kube_server.h"
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

class KubeApiServer : public testing::Test {
 protected:
  void SetUp() override {
    const auto assets = find_kube_assets();
    if (!assets) GTEST_SKIP() << assets.error().message;
    auto network = NetworkNamespace::create();
    if (!network) GTEST_SKIP() << network.error().message;
    network_.emplace(std::move(*network));
    network_->run(bring_loopback_up);
    server_.emplace(*assets, *network_, "127.0.0.1");
    ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  }

  void apply(const std::string& file) {
    const auto applied = server_->kubectl({"apply", "-f", file});
    ASSERT_EQ(applied.code, 0) << applied.err;
  }

  void create_policy(const std::string& name) {
    const auto answer = server_->api().request("POST", kPolicies, deny_all(name));
    ASSERT_EQ(answer.status, 201) << answer.body;
  }

  Json list(const std::string& path) { return Json::parse(server_->api().get(path).body); }

  std::optional<NetworkNamespace> network_;
  std::optional<KubeServer> server_;
};

TEST_F(KubeApiServer, TakesTheShippedManifests) {
  for (const auto* file : {"manifests/rbac.yaml", "manifests/daemonset.yaml"}) {
    const auto tried = server_->kubectl({"apply", "--dry-run=server", "-f", file});
    EXPECT_EQ(tried.code, 0) << tried.err;
    apply(file);
    const auto unchanged = server_->kubectl({"diff", "-f", file});
    EXPECT_EQ(unchanged.code, 0) << unchanged.out << unchanged.err;
  }
}

TEST_F(KubeApiServer, TakesTheExamples) {
  server_->kubectl({"create", "namespace", "production"});
  const auto tried = server_->kubectl({"apply", "-f", "manifests/examples"});
  EXPECT_EQ(tried.code, 0) << tried.err;
}

class DaemonsRights : public KubeApiServer {
 protected:
  void SetUp() override {
    KubeApiServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    apply("manifests/rbac.yaml");
    const auto kubeconfig = server_->kubeconfig_of("kube-system", "portcullis");
    ASSERT_TRUE(kubeconfig) << kubeconfig.error().message;
    kubeconfig_ = *kubeconfig;
    // The server takes a moment to heed a new binding.
    ASSERT_TRUE(wait_until([&] { return get("/api/v1/pods").code == 0; }));
  }

  // By the token of the daemon's service account.
  Finished get(const std::string& path) const {
    return server_->kubectl_as(kubeconfig_, {"get", "--raw", path});
  }

  Finished post(const std::string& path, const std::string& object) const {
    return server_->kubectl_as(kubeconfig_, {"create", "--raw", path, "-f", "-"}, object);
  }

  std::string kubeconfig_;
};

// All that the server says it may do, but for what everybody may: asking that.
TEST_F(DaemonsRights, AreToReadWhatItEnforcesAndNothingElse) {
  const auto asked = post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                          R"({"apiVersion": "authorization.k8s.io/v1",
                              "kind": "SelfSubjectRulesReview", "spec": {"namespace": "default"}})");
  ASSERT_EQ(asked.code, 0) << asked.err;
  const auto review = Json::parse(asked.out);
  std::set<std::string> rights;
  for (const auto& rule : review.at("status").at("resourceRules")) {
    const std::string group = rule.at("apiGroups").at(0);
    if (group == "authorization.k8s.io" || group == "authentication.k8s.io") continue;
    EXPECT_FALSE(rule.contains("resourceNames")) << rule;
    for (const std::string resource : rule.at("resources")) {
      rights.insert(resource + " in '" + group + "': " + rule.at("verbs").dump());
    }
  }
  const std::string read = R"(["get","list","watch"])";
  EXPECT_EQ(rights, (std::set<std::string>{"pods in '': " + read, "namespaces in '': " + read,
                                           "networkpolicies in 'networking.k8s.io': " + read}));
}

TEST_F(DaemonsRights, HoldInItsRequests) {
  const std::string watch = "?watch=1&timeoutSeconds=1";
  for (const std::string path :
       {"/api/v1/pods", "/api/v1/namespaces", "/apis/networking.k8s.io/v1/networkpolicies"}) {
    EXPECT_EQ(get(path).code, 0) << get(path).err;
    EXPECT_EQ(get(path + watch).code, 0) << get(path + watch).err;
  }
  const auto is_refused = [](const Finished& request) {
    return request.code != 0 && request.err.find("orbidden") != std::string::npos;
  };
  EXPECT_TRUE(is_refused(get("/api/v1/secrets")));
  EXPECT_TRUE(is_refused(get("/api/v1/namespaces/default/pods/any/log")));
  EXPECT_TRUE(is_refused(post("/api/v1/namespaces/default/pods/any/exec?command=id", "{}")));
  EXPECT_TRUE(is_refused(post(kPolicies, deny_all("mine"))));
  EXPECT_TRUE(is_refused(server_->kubectl_as(
      kubeconfig_, {"label", "namespace", "default", "mine=yes", "--overwrite"})));
}

TEST_F(KubeApiServer, KeepsItsObjectsThroughCrashes) {
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

TEST_F(KubeApiServer, KnowsWhoHasACertificate) {
  const auto someone = server_->kubeconfig_by_certificate("someone");
  const auto refused = server_->kubectl_as(someone, {"get", "pods"});
  EXPECT_NE(refused.err.find("User \"someone\" cannot list"), std::string::npos) << refused.err;
  const auto admin = server_->kubeconfig_by_certificate("other", {"system:masters"});
  const auto allowed = server_->kubectl_as(admin, {"get", "pods"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
}

// The addresses of both families: what the daemon's tests need of pods.
TEST_F(KubeApiServer, HasPodsWithoutAKubelet) {
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

// 410, which a watch tells as an event of the stream or as its status.
TEST_F(KubeApiServer, ForgetsThePastWhenCompacted) {
  const std::string before = list(kPolicies).at("metadata").at("resourceVersion");
  create_policy("first");
  create_policy("second");
  const std::string next = list(std::string(kPolicies) + "?limit=1").at("metadata").at("continue");
  create_policy("third");
  ASSERT_TRUE(server_->compact());
  EXPECT_EQ(server_->api().get(std::string(kPolicies) + "?limit=1&continue=" + next).status, 410);

  const std::string watch =
      std::string(kPolicies) + "?watch=1&timeoutSeconds=1&resourceVersion=" + before;
  EXPECT_NE(server_->api().get(watch).body.find("ADDED"), std::string::npos);  // it remembers
  server_->kill_api_server();
  server_->start_api_server();
  ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  const auto expired = Json::parse(server_->api().get(watch).body);
  EXPECT_EQ(expired.value("object", expired).at("code"), 410) << expired;
}

}  // namespace
}  // namespace portcullis::test
