// Portcullis in a real cluster: installed with kubectl as in the README, in force between real pods
// and through kube-proxy's Services, upgraded under traffic, and removed. The cases are steps: each
// continues where the previous one has left the cluster.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/cluster/reachability.h"
#include "tests/cluster/real_cluster.h"
#include "tests/cluster/stream.h"
#include "tests/cluster/workloads.h"
#include "tests/docs/commands.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

// State shared by all cases.
struct Shared {
  std::unique_ptr<RealCluster> cluster;
  bool is_ready = false;
  std::string why_not;  // there is none
};

Shared& shared() {
  static Shared shared;
  return shared;
}

const RealCluster& cluster() { return *shared().cluster; }

constexpr const char* kRemoval = "kubectl delete -k manifests/base";

class Cluster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = RealCluster::start(cluster_setup());
    if (!started) {
      shared().why_not = started.error().message;
      return;
    }
    shared().cluster = std::move(*started);
    shared().is_ready = shared().cluster->becomes_ready();
  }

  static void TearDownTestSuite() { shared().cluster.reset(); }

  void SetUp() override {
    if (!shared().cluster) SKIP_WITHOUT_CLUSTER(shared().why_not);
    ASSERT_TRUE(shared().is_ready) << "the nodes did not become ready";
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << events() << cluster().logs();
  }

  static std::string kubectl(const std::vector<std::string>& arguments,
                             const std::string& input = "") {
    const auto done = cluster().kubectl(arguments, input);
    EXPECT_EQ(done.code, 0) << testing::PrintToString(arguments) << ": " << done.err << done.out;
    return done.out;
  }

  static void wait_for_rollout(const std::string& ns, const std::string& what) {
    EXPECT_TRUE(cluster().becomes_rolled_out(ns, what)) << what;
  }

  // The only policies, of manifests/examples.
  static void enforce(const std::vector<std::string>& examples) {
    kubectl({"delete", "networkpolicies", "--all", "--all-namespaces"});
    for (const auto& name : examples) {
      kubectl({"apply", "-f", "manifests/examples/" + name + ".yaml"});
    }
  }

  // A command of the daemon's image, in its pod.
  static Finished in_daemon(const std::vector<std::string>& command) {
    std::vector<std::string> line = {"exec", "--namespace", "portcullis", "daemonset/portcullis",
                                     "--"};
    line.insert(line.end(), command.begin(), command.end());
    return cluster().kubectl(line);
  }

  // A pod of the default namespace, to port 8080.
  static bool connects(const std::string& pod, const std::string& address) {
    const auto attempt = command_of({"", "", tcp(8080), address}, 1);
    return cluster().kubectl({"exec", pod, "--", "sh", "-c", attempt}).code == 0;
  }

  static std::string events() {
    return cluster().kubectl({"get", "pods,events", "--all-namespaces", "-o", "wide"}).out +
           cluster().kubectl({"logs", "--namespace", "portcullis", "daemonset/portcullis"}).out;
  }
};

TEST_F(Cluster, IsInstalledWithKubectl) {
  const auto installed = cluster().install();
  ASSERT_TRUE(installed) << installed.error().message;
  const auto checked = in_daemon({"portcullis", "check"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

TEST_F(Cluster, StartsPodsWhoseTrafficIsFreeWithoutPolicies) {
  kubectl({"apply", "-f", "-"}, manifests_of_workloads());
  for (const auto& workload : workloads())
    wait_for_rollout(workload.ns, "deployment/" + workload.app);
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection&) { return true; }));
}

TEST_F(Cluster, DefaultDenyIngress) {
  enforce({"default-deny-ingress"});
  EXPECT_TRUE(Reachability(cluster()).becomes(
      [](const Connection& each) { return !each.goes_to("default"); }));
}

TEST_F(Cluster, DefaultDenyEgress) {
  enforce({"default-deny-egress"});
  EXPECT_TRUE(Reachability(cluster()).becomes(
      [](const Connection& each) { return !each.comes_from("default"); }));
}

TEST_F(Cluster, ApiPolicy) {
  enforce({"api-policy"});
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection& each) {
    if (each.to == "default/api") {
      return each.from == "default/frontend" && each.traffic == tcp(8080);
    }
    if (each.from != "default/api") return true;
    return (each.to == "default/database" && each.traffic == tcp(5432)) ||
           (each.to == "kube-system/kube-dns" && each.traffic == udp(53));
  }));
}

TEST_F(Cluster, AllowFromMonitoring) {
  enforce({"allow-from-monitoring"});
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection& each) {
    return each.to != "production/api" ||
           (each.from == "monitoring/prometheus" && each.traffic == tcp(9090));
  }));
}

// The office is in 10.0.0.0/8, and so are all pods, by their IPv4 addresses.
TEST_F(Cluster, AllowExternal) {
  enforce({"allow-external"});
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection& each) {
    return each.to != "default/web" || (each.traffic == tcp(443) && each.is_ipv4());
  }));
}

TEST_F(Cluster, MinimalAccess) {
  enforce({"minimal-access"});
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection& each) {
    if (each.to == "default/backend") {
      return each.from == "default/frontend" && each.traffic == tcp(8080);
    }
    if (each.from != "default/backend") return true;
    return (each.to == "default/database" && each.traffic == tcp(5432)) || each.traffic == udp(53);
  }));
}

TEST_F(Cluster, DenyFromOtherNamespaces) {
  enforce({"deny-from-other-namespaces"});
  EXPECT_TRUE(Reachability(cluster()).becomes(
      [](const Connection& each) { return !each.goes_to("production"); }));
}

TEST_F(Cluster, RestrictEgress) {
  enforce({"restrict-egress"});
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection& each) {
    if (each.from != "default/backend") return true;
    return each.is_ipv4() && (each.to != "internet" || each.traffic == tcp(443));
  }));
}

TEST_F(Cluster, ExplainsItselfInItsPod) {
  enforce({"api-policy"});
  const Reachability pods(cluster());
  const auto explained = [&](const std::string& from) {
    return in_daemon({"portcullis", "explain", "--from", "default/" + pods.pod_of(from), "--to",
                      "default/" + pods.pod_of("default/api") + ":8080"});
  };
  EXPECT_TRUE(wait_until([&] {
    return explained("default/web").out.find("denied") != std::string::npos;
  })) << explained("default/web").err;
  const auto allowed = explained("default/frontend").out;
  EXPECT_NE(allowed.find("allowed"), std::string::npos) << allowed;
  EXPECT_EQ(allowed.find("denied"), std::string::npos) << allowed;
  const auto difference = in_daemon({"portcullis", "diff"});
  EXPECT_EQ(difference.out + difference.err, "");
}

// Of a pod on one node, for a policed one on the other.
TEST_F(Cluster, ObeysANewLabelOnTheOtherNode) {
  enforce({"api-policy"});
  kubectl({"run", "visitor", "--image=localhost/workload:test", "--labels=app=visitor",
           R"(--overrides={"spec": {"nodeSelector": {"kubernetes.io/hostname": "node-1"}}})"});
  kubectl({"wait", "--for=condition=ready", "--timeout=60s", "pod/visitor"});
  const Reachability pods(cluster());
  const auto becomes = [&](const std::string& label, bool is_allowed) {
    kubectl({"label", "pod", "visitor", "--overwrite", "app=" + label});
    for (const auto& to : {pods.address_of("default/api"), pods.service_of("default/api")}) {
      for (const auto& address : {to.v4, to.v6}) {
        EXPECT_TRUE(wait_until([&] { return connects("visitor", address) == is_allowed; }))
            << label << " to " << address;
      }
    }
  };
  becomes("visitor", false);
  becomes("frontend", true);
  becomes("visitor", false);
  kubectl({"delete", "pod", "visitor", "--now"});
}

TEST_F(Cluster, TellsItsStateToTheNode) {
  EXPECT_EQ(cluster().on_node(1, {"curl", "-sf", "http://127.0.0.1:9909/readyz"}).code, 0);
  const auto metrics = cluster().on_node(1, {"curl", "-sS", "http://127.0.0.1:9909/metrics"}).out;
  EXPECT_NE(metrics.find("\nprocess_resident_memory_bytes "), metrics.npos) << metrics;
}

// What the kubelet counts as the pod's, its rules in the kernel too; 0 before it has counted.
std::size_t memory_of_daemon(const RealCluster& cluster) {
  const auto summary = nlohmann::json::parse(
      cluster.kubectl({"get", "--raw", "/api/v1/nodes/node-1/proxy/stats/summary"}).out);
  for (const auto& pod : summary.at("pods")) {
    if (pod.at("podRef").at("namespace") != "portcullis") continue;
    return pod.value(nlohmann::json::json_pointer("/memory/workingSetBytes"), std::size_t{0});
  }
  return 0;
}

TEST_F(Cluster, NeedsNoMoreMemoryThanItAsksFor) {
  std::size_t bytes = 0;
  EXPECT_TRUE(wait_until([&] { return (bytes = memory_of_daemon(cluster())) > 0; },
                         std::chrono::seconds(60)));
  std::cout << "working set of the daemon's pod: " << bytes << " bytes\n";
  EXPECT_LT(bytes, 64U << 20U);  // its request in manifests/base
}

TEST_F(Cluster, RollsOutUnderTrafficAndNothingIsDroppedOrOpened) {
  enforce({"api-policy"});
  const Reachability pods(cluster());
  const auto api = pods.address_of("default/api");
  ASSERT_TRUE(wait_until([&] { return !connects(pods.pod_of("default/web"), api.v4); }));
  std::vector<std::unique_ptr<Stream>> streams;
  const auto open = [&](const Connection& connection, bool is_allowed) {
    streams.push_back(std::make_unique<Stream>(cluster(), pods, connection, is_allowed));
  };
  const auto service = pods.service_of("default/api");
  open({"default/frontend", "default/api", tcp(8080), api.v4}, true);
  open({"default/frontend", "default/api", tcp(8080), service.v6}, true);
  open({"default/api", "default/database", tcp(5432), pods.service_of("default/database").v4},
       true);
  open({"default/api", "kube-system/kube-dns", udp(53), pods.service_of("kube-system/kube-dns").v6},
       true);
  open({"default/web", "default/api", tcp(8080), api.v6}, false);
  open({"default/web", "default/api", tcp(8080), service.v4}, false);
  open({"default/api", "default/backend", tcp(8080), pods.address_of("default/backend").v4}, false);
  for (const auto& stream : streams) {
    EXPECT_TRUE(wait_until([&] { return stream->count().right > 20; })) << stream->name();
  }
  for (int round = 0; round < 3; ++round) {
    kubectl({"rollout", "restart", "--namespace", "portcullis", "daemonset/portcullis"});
    wait_for_rollout("portcullis", "daemonset/portcullis");
  }
  for (const auto& stream : streams) {
    const auto [right, wrong] = stream->count();
    std::cout << stream->name() << ": " << right << " as expected, " << wrong << " not\n";
    EXPECT_EQ(wrong, 0U) << stream->name() << stream->error();
  }
}

// What runs on the other node meanwhile is judged as before, and new pods on it as the old ones.
TEST_F(Cluster, DrainsANodeThatComesBack) {
  enforce({"default-deny-ingress"});
  const Reachability pods(cluster());
  const auto open = [&](const std::string& to, bool is_allowed) {
    const Connection connection{"default/frontend", to, tcp(8080), pods.address_of(to).v4};
    return std::make_unique<Stream>(cluster(), pods, connection, is_allowed);
  };
  ASSERT_TRUE(wait_until([&] {
    return !connects(pods.pod_of("default/frontend"), pods.address_of("default/web").v4);
  }));
  const auto allowed = open("production/api", true);
  const auto denied = open("default/web", false);
  const auto both_go_on = [&] {
    const auto before = allowed->count().right;
    const auto denied_before = denied->count().right;
    return wait_until([&] {
      return allowed->count().right > before + 20 && denied->count().right > denied_before + 20;
    });
  };
  EXPECT_TRUE(both_go_on());
  kubectl({"drain", "node-2", "--ignore-daemonsets", "--timeout=120s"});
  EXPECT_TRUE(both_go_on());
  kubectl({"uncordon", "node-2"});
  for (const auto& workload : workloads()) {
    wait_for_rollout(workload.ns, "deployment/" + workload.app);
  }
  EXPECT_TRUE(Reachability(cluster()).becomes(
      [](const Connection& each) { return !each.goes_to("default"); }));
  EXPECT_EQ(allowed->count().wrong, 0U) << allowed->error();
  EXPECT_EQ(denied->count().wrong, 0U) << denied->error();
}

// Its commands for a cluster as written, except the one that removes the daemon. (node.sh imports
// the image, by the path in the documentation.)
TEST_F(Cluster, DoesWhatTheDocumentationSays) {
  enforce({"default-deny-ingress"});
  for (const std::string pod : {"frontend", "api"}) {
    kubectl({"run", pod, "--image=localhost/workload:test"});
  }
  kubectl({"wait", "--for=condition=ready", "--timeout=60s", "pod/frontend", "pod/api"});
  int count = 0;
  for (const auto& command : documented_commands(Place::kCluster)) {
    if (command.text.rfind("ctr ", 0) == 0 || command.text == kRemoval) continue;
    const auto code = find_known_command(command.text)->code;
    Finished end;
    EXPECT_TRUE(wait_until([&] {
      end = cluster().shell(command.text);
      return end.code == code;
    })) << command.where
        << ": " << command.text << "\n"
        << end.out << end.err;
    ++count;
  }
  EXPECT_GT(count, 4);
  wait_for_rollout("portcullis", "daemonset/portcullis");
}

TEST_F(Cluster, IsRemovedWithKubectlAndCleanup) {
  ASSERT_NE(find_known_command(kRemoval), nullptr);
  const Reachability pods(cluster());
  const Stream denied(cluster(), pods,
                      {"default/web", "default/api", tcp(8080), pods.address_of("default/api").v4},
                      false);
  const auto removed = cluster().shell(kRemoval);
  ASSERT_EQ(removed.code, 0) << removed.err;
  const auto table = std::vector<std::string>{"nft", "list", "table", "inet", "portcullis"};
  for (const int node : {1, 2}) {
    EXPECT_EQ(cluster().on_node(node, table).code, 0) << "policies must hold until cleanup";
  }
  EXPECT_TRUE(wait_until([&] { return denied.count().right > 10; }));
  EXPECT_EQ(denied.count().wrong, 0U);
  for (const int node : {1, 2}) {
    const auto cleaned = cluster().on_node(node, {PORTCULLIS_BINARY, "cleanup"});
    EXPECT_EQ(cleaned.code, 0) << cleaned.err;
    EXPECT_NE(cluster().on_node(node, table).code, 0);
  }
  EXPECT_TRUE(wait_until([&] { return denied.count().wrong > 0; })) << "streams see what is opened";
  EXPECT_TRUE(Reachability(cluster()).becomes([](const Connection&) { return true; }));
}

}  // namespace
}  // namespace portcullis::test
