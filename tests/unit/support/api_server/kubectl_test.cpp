#include "tests/unit/support/api_server/kubectl.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/api_server/server.h"
#include "tests/support/process/wait_until.h"
#include "tests/unit/support/api_server/client.h"

// Correct behaviour, as seen by the usual client.
namespace portcullis::test::api {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kPod =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {app: web}\n"
    "spec:\n  containers: [{name: app, image: example}]\n";
constexpr const char* kPolicy =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\n"
    "spec: {podSelector: {}, policyTypes: [Ingress]}\n";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class ApiServerKubectl : public testing::Test {
 protected:
  void SetUp() override {
    if (!Kubectl::installed()) GTEST_SKIP() << "kubectl is not installed";
    server_.apply("kind: Namespace\nmetadata: {name: default}\n");
    server_.apply("kind: Namespace\nmetadata: {name: shop}\n");
  }

  // Its output; a test failure if kubectl fails.
  std::string run(Lines arguments, const std::string& input = "") {
    const std::string command = arguments.front();
    const Finished end = kubectl_.run(std::move(arguments), input);
    EXPECT_EQ(end.code, 0) << command << ": " << end.err << end.out;
    return end.out;
  }

  void create(const std::string& manifest, const std::string& ns = "default") {
    run({"create", "--validate=false", "-n", ns, "-f", "-"}, manifest);
  }

  std::string error_of(Lines arguments, const std::string& input = "") {
    const Finished end = kubectl_.run(std::move(arguments), input);
    EXPECT_NE(end.code, 0) << end.out;
    return end.err;
  }

  Server server_;
  Kubectl kubectl_{server_.url()};
};

TEST_F(ApiServerKubectl, CreatesAndGets) {
  EXPECT_EQ(run({"create", "--validate=false", "-f", "-"}, kPod), "pod/web created\n");
  EXPECT_EQ(run({"create", "--validate=false", "-n", "shop", "-f", "-"}, kPolicy),
            "networkpolicy.networking.k8s.io/deny created\n");
  EXPECT_EQ(run({"create", "namespace", "new"}), "namespace/new created\n");
  const std::string yaml = run({"get", "pod", "web", "-o", "yaml"});
  for (const char* line :
       {"kind: Pod\n", "  name: web\n", "  namespace: default\n", "    app: web\n",
        "  resourceVersion: ", "  uid: ", "  creationTimestamp: "}) {
    EXPECT_TRUE(contains(yaml, line)) << line << yaml;
  }
  EXPECT_EQ(run({"get", "pods", "-A", "-o", "name"}), "pod/web\n");
  EXPECT_EQ(run({"get", "netpol", "-A", "-o", "name"}), "networkpolicy.networking.k8s.io/deny\n");
  EXPECT_EQ(run({"get", "pods", "-n", "shop", "-o", "name"}), "");
  EXPECT_EQ(run({"get", "ns", "-l", "kubernetes.io/metadata.name in (new, shop)", "-o", "name"}),
            "namespace/new\nnamespace/shop\n");
  EXPECT_TRUE(contains(run({"get", "pods"}), "web"));
  EXPECT_TRUE(contains(run({"get", "all", "-A"}), "web"));
}

TEST_F(ApiServerKubectl, ReadsErrors) {
  create(kPod);
  EXPECT_TRUE(contains(error_of({"get", "pod", "none"}),
                       "Error from server (NotFound): pods \"none\" not found"));
  EXPECT_TRUE(contains(error_of({"create", "--validate=false", "-f", "-"}, kPod),
                       "Error from server (AlreadyExists): "));
  EXPECT_TRUE(contains(error_of({"create", "--validate=false", "-n", "none", "-f", "-"}, kPod),
                       "Error from server (NotFound): "));
  EXPECT_TRUE(contains(error_of({"create", "namespace", "Not_A_Name"}), "is invalid"));
}

TEST_F(ApiServerKubectl, ListsInChunks) {
  for (int i = 0; i < 7; ++i) {
    server_.put({{"kind", "Pod"}, {"metadata", {{"name", "pod-" + std::to_string(i)}}}});
  }
  server_.forget_requests();
  const std::string names = run({"get", "pods", "--chunk-size=3", "-o", "name"});
  EXPECT_EQ(count_of(names, "pod/pod-"), 7U) << names;
  EXPECT_EQ(server_.count(Resource::kPods, Verb::kList), 3U);
}

TEST_F(ApiServerKubectl, ChangesLabelsAndStatus) {
  create(kPod);
  run({"label", "pod", "web", "tier=front"});
  run({"patch", "pod", "web", "--type=merge", "-p", R"({"metadata":{"labels":{"app":null}}})"});
  run({"patch", "pod", "web", "--type=json", "-p",
       R"([{"op":"add","path":"/metadata/annotations","value":{"note":"x"}}])"});
  run({"patch", "pod", "web", "--subresource=status", "--type=merge", "-p",
       R"({"status":{"podIP":"10.0.0.1"},"spec":{"nodeName":"not taken"}})"});
  const auto object = server_.objects(Resource::kPods).at(0);
  EXPECT_EQ(object["metadata"]["labels"], (nlohmann::json{{"tier", "front"}}));
  EXPECT_EQ(object["metadata"]["annotations"]["note"], "x");
  EXPECT_EQ(object["status"]["podIP"], "10.0.0.1");
  EXPECT_FALSE(object["spec"].contains("nodeName"));
  EXPECT_TRUE(contains(
      error_of({"patch", "pod", "web", "--type=json", "-p", R"([{"op":"remove","path":"/none"}])"}),
      "is invalid"));
}

TEST_F(ApiServerKubectl, Replaces) {
  create(kPod);
  auto object = server_.objects(Resource::kPods).at(0);
  object["metadata"]["labels"]["app"] = "new";
  EXPECT_EQ(run({"replace", "--validate=false", "-f", "-"}, object.dump()), "pod/web replaced\n");
  object["metadata"]["labels"]["app"] = "newer";
  EXPECT_TRUE(contains(error_of({"replace", "--validate=false", "-f", "-"}, object.dump()),
                       "Error from server (Conflict): "));
  EXPECT_EQ(server_.objects(Resource::kPods).at(0)["metadata"]["labels"]["app"], "new");
}

TEST_F(ApiServerKubectl, Applies) {
  run({"apply", "--validate=false", "-f", "-"}, kPod);
  std::string changed = kPod;
  changed.replace(changed.find("app: web"), 8, "app: new");
  EXPECT_EQ(run({"apply", "--validate=false", "-f", "-"}, changed), "pod/web configured\n");
  EXPECT_EQ(server_.objects(Resource::kPods).at(0)["metadata"]["labels"]["app"], "new");
}

TEST_F(ApiServerKubectl, Deletes) {
  create(kPod);
  EXPECT_EQ(run({"delete", "pod", "web"}), "pod \"web\" deleted\n");
  create(kPod, "shop");
  create(kPolicy, "shop");
  run({"delete", "pods", "--all", "-n", "shop"});
  EXPECT_TRUE(server_.objects(Resource::kPods).empty());
  run({"delete", "namespace", "shop"});
  EXPECT_TRUE(server_.objects(Resource::kNetworkPolicies).empty());
}

TEST_F(ApiServerKubectl, Watches) {
  create(kPod);
  const ChildProcess all = kubectl_.start({"get", "pods", "-w", "--output-watch-events", "-o",
                                           "jsonpath={.type} {.object.metadata.name}{\"\\n\"}"});
  const ChildProcess later = kubectl_.start({"get", "pods", "-A", "--watch-only", "-o", "name"});
  ASSERT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 2; }))
      << all.err() << later.err();
  server_.apply("{kind: Pod, metadata: {name: new}}");
  server_.apply("{kind: Pod, metadata: {name: new, labels: {a: b}}}");
  server_.erase(Resource::kPods, "default", "new");
  EXPECT_TRUE(wait_until([&] {
    return all.out() == "ADDED web\nADDED new\nMODIFIED new\nDELETED new\n";
  })) << all.out()
      << all.err();
  EXPECT_TRUE(wait_until([&] { return later.out() == "pod/new\npod/new\npod/new\n"; }))
      << later.out() << later.err();
}

TEST_F(ApiServerKubectl, ForgetsAStreamWhoseClientIsGone) {
  {
    const ChildProcess watcher = kubectl_.start({"get", "pods", "-w"});
    ASSERT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 1; })) << watcher.err();
  }
  EXPECT_TRUE(wait_until([&] { return server_.watches(Resource::kPods) == 0; }));
}

TEST_F(ApiServerKubectl, AnswersWhatIsAllowed) {
  EXPECT_EQ(run({"auth", "can-i", "list", "pods", "-A"}), "yes\n");
  server_.deny({.verb = "watch", .resource = "networkpolicies"});
  EXPECT_EQ(run({"auth", "can-i", "list", "networkpolicies"}), "yes\n");
  EXPECT_EQ(kubectl_.run({"auth", "can-i", "watch", "networkpolicies"}).out, "no\n");
  server_.deny({.verb = "get", .resource = "pods", .ns = "shop"});
  EXPECT_TRUE(contains(error_of({"get", "pod", "web", "-n", "shop"}),
                       "Error from server (Forbidden): pods is forbidden: User "));
  server_.allow_all();
  EXPECT_EQ(run({"auth", "can-i", "watch", "networkpolicies"}), "yes\n");
}

TEST_F(ApiServerKubectl, TellsItsVersion) {
  const auto versions = nlohmann::json::parse(run({"version", "-o", "json"}));
  EXPECT_EQ(versions["serverVersion"]["gitVersion"], "v1.32.4");
}

}  // namespace
}  // namespace portcullis::test::api
