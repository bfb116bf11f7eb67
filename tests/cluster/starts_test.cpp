// Pods that send with their first instructions, started by a real containerd as a kubelet does it:
// of what their policies deny nothing arrives, and of what they allow everything. The daemon reads
// no pods but one: what it knows of the others, the runtime has told. PORTCULLIS_STARTS says how
// many pods of each kind start.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "tests/cluster/first_packets.h"
#include "tests/cluster/lone_node.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;
using Kinds = FirstPackets::Kinds;

constexpr std::uint16_t kAllowedPort = 9000;
constexpr std::uint16_t kDeniedPort = 9001;
constexpr int kFirstSource = 10'000;  // port; each pod has its own
constexpr int kBatch = 40;            // pods at a time, for 253 addresses
constexpr int kWorkers = 4;
constexpr const char* kServer4 = "10.244.100.1";
constexpr const char* kServer6 = "fd00:10:244:100::1";

// `denied` pods may send nothing, `allowed` ones to the world and to the pod `server`, which admits
// no others.
constexpr const char* kManifest = R"(apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: server, namespace: shop, labels: {app: server}}
spec: {nodeName: node-1}
status: {phase: Running, podIPs: [{ip: 10.244.100.1}, {ip: "fd00:10:244:100::1"}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: denied, namespace: shop}
spec: {podSelector: {matchLabels: {app: denied}}, policyTypes: [Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allowed, namespace: shop}
spec:
  podSelector: {matchLabels: {app: allowed}}
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock: {cidr: 203.0.113.1/32}
    - ipBlock: {cidr: "2001:db8::1/128"}
    - podSelector: {matchLabels: {app: server}}
    ports: [{protocol: TCP, port: 9000}, {protocol: UDP, port: 9000}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: server, namespace: shop}
spec:
  podSelector: {matchLabels: {app: server}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: allowed}}}]}]
)";

int starts() {
  const char* text = std::getenv("PORTCULLIS_STARTS");
  return text != nullptr ? std::atoi(text) : 20;
}

// A node's new interfaces can then find pods by IPv6 at once, and not a second later (RFC
// 4862, 5.4).
Result<void> skip_duplicate_detection(const NetworkNamespace& node) {
  return set_sysctls(
      node, {{"net/ipv6/conf/all/accept_dad", "0"}, {"net/ipv6/conf/default/accept_dad", "0"}});
}

// The pod that others send to, as a CNI plugin would wire it.
Result<NetworkNamespace> make_server(const NetworkNamespace& node) {
  auto server = NetworkNamespace::create();
  if (!server) return server;
  const std::string ip4 = kServer4;
  const std::string ip6 = kServer6;
  const std::vector<std::string> of_node = {
      "link add server type veth peer name eth0 netns " + server->path(),
      "link set server up",
      "address add 169.254.1.1/32 dev server scope link",
      "address add fe80::1/64 dev server nodad",
      "route add " + ip4 + "/32 dev server",
      "route add " + ip6 + "/128 dev server"};
  const std::vector<std::string> of_server = {"link set lo up",
                                              "link set eth0 up",
                                              "address add " + ip4 + "/32 dev eth0",
                                              "address add " + ip6 + "/128 dev eth0 nodad",
                                              "route add 169.254.1.1/32 dev eth0 scope link",
                                              "route add 0.0.0.0/0 via 169.254.1.1 dev eth0",
                                              "route add ::/0 via fe80::1 dev eth0"};
  const auto done =
      skip_duplicate_detection(node).and_then([&] { return run_ip(node, of_node); }).and_then([&] {
        return run_ip(*server, of_server);
      });
  if (!done) return tl::unexpected(done.error());
  return server;
}

// What all tests share.
struct Site {
  Site(Fabric made, NetworkNamespace server_made, const ClusterAssets& assets)
      : fabric(std::move(made)),
        server(std::move(server_made)),
        node(assets, fabric, LoneNode::Parts::kRuntime),
        at_world(fabric.world(), {kAllowedPort, kDeniedPort}),
        at_server(server, {kAllowedPort, kDeniedPort}) {}

  const Fabric fabric;
  const NetworkNamespace server;
  const LoneNode node;
  const FirstPackets at_world;
  const FirstPackets at_server;
  int pods = 0;  // so far
};

class Starts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto assets = find_cluster_assets();
    auto fabric = Fabric::create(true);
    if (!assets || !fabric) {
      why_not_ = assets ? fabric.error().message : assets.error().message;
      return;
    }
    auto server = make_server(fabric->node(1));
    if (server) site_ = std::make_unique<Site>(std::move(*fabric), std::move(*server), *assets);
    if (!server) why_not_ = server.error().message;
  }

  static void TearDownTestSuite() { site_.reset(); }

  void SetUp() override {
    if (!site_) SKIP_WITHOUT_CLUSTER(why_not_);
    std::filesystem::create_directory(files_ / "manifests");
    write_file(files_ / "manifests/shop.yaml", kManifest);
    ASSERT_TRUE(wait_until([] { return has_network(); })) << site_->node.logs();
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << (daemon_ ? daemon_->err() : "") << site_->node.logs();
  }

  // Of containerd, which has read the configuration of its CNI plugins.
  static bool has_network() {
    const auto info = Json::parse(site_->node.crictl({"info"}).out, nullptr, false);
    if (!info.is_object()) return false;
    const auto& conditions = info["status"]["conditions"];
    return std::ranges::any_of(conditions, [](const Json& each) {
      return each["type"] == "NetworkReady" && each["status"] == true;
    });
  }

  HttpAnswer get(const std::string& path) const {
    HttpAnswer answer;
    site_->fabric.node(1).run([&] { answer = http_get("127.0.0.1", 9909, path); });
    return answer;
  }

  void start_daemon(const std::string& nri, const std::vector<std::string>& more = {}) {
    ChildSetup setup{
        {PORTCULLIS_BINARY, "run", "--manifests", files_ / "manifests", "--node-name", "node-1",
         "--socket", files_ / "admin.sock", "--snapshot", files_ / "ruleset", "--nri", nri},
        {},
        &site_->fabric.node(1),
        ""};
    setup.arguments.insert(setup.arguments.end(), more.begin(), more.end());
    daemon_.emplace(setup);
    ASSERT_TRUE(wait_until([&] { return get("/readyz").status == 200; })) << daemon_->err();
    const std::string connected = nri == "off" ? "0" : "1";
    ASSERT_TRUE(wait_until([&] {
      return get("/metrics").body.find("portcullis_runtime_connected " + connected) !=
             std::string::npos;
    })) << daemon_->err();
  }

  // Starts one that sends what its label says; false if it does not start.
  bool run_pod(const std::string& app, int source) const {
    const auto name = app + "-" + std::to_string(source);
    const auto port = app == "denied" ? kDeniedPort : kAllowedPort;
    const auto world = Fabric::address_of_world();
    const Json pod = {
        {"metadata", {{"name", name}, {"namespace", "shop"}, {"uid", name}, {"attempt", 0}}},
        {"labels", {{"app", app}}},
        {"linux", Json::object()}};
    const Json container = {{"metadata", {{"name", "main"}}},
                            {"image", {{"image", "localhost/workload:test"}}},
                            {"command",
                             {"/bin/workload-sender", std::to_string(port), std::to_string(source),
                              world.v4, world.v6, kServer4, kServer6}},
                            {"linux", Json::object()}};
    const auto pod_file = files_.write(name + ".pod.json", pod.dump());
    const auto container_file = files_.write(name + ".json", container.dump());
    const auto done = site_->node.crictl({"run", "--no-pull", container_file, pod_file});
    if (done.code != 0) std::cerr << name << ": " << done.err;
    return done.code == 0;
  }

  struct Seen {
    int pods = 0;
    int at_world = 0;  // pods of which something arrived
    int at_server = 0;
    int all_at_world = 0;  // pods of which everything did
    int all_at_server = 0;
  };

  void count(int source, std::uint16_t port, Seen& seen) const {
    const auto world = site_->at_world.of(port, static_cast<std::uint16_t>(source));
    const auto server = site_->at_server.of(port, static_cast<std::uint16_t>(source));
    ++seen.pods;
    seen.at_world += world != 0 ? 1 : 0;
    seen.at_server += server != 0 ? 1 : 0;
    seen.all_at_world += world == FirstPackets::kAll ? 1 : 0;
    seen.all_at_server += server == FirstPackets::kAll ? 1 : 0;
    const bool is_allowed = port == kAllowedPort;
    const Kinds right = is_allowed ? FirstPackets::kAll : Kinds{0};
    if (!tells_ || (world == right && server == right)) return;
    std::cerr << "pod " << source << (is_allowed ? ", allowed: " : ", denied: ") << to_text(world)
              << " to the world, " << to_text(server) << " to the server\n";
  }

  // Half of the batch is denied, half allowed.
  void run_batch(int size, Seen& denied, Seen& allowed) const {
    const int first = kFirstSource + site_->pods;
    site_->pods += size;
    std::atomic<int> next = first;
    std::atomic<int> failed = 0;
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < kWorkers; ++i) {
        workers.emplace_back([&] {
          for (int mine = next++; mine < first + size; mine = next++) {
            if (!run_pod(mine % 2 == 0 ? "denied" : "allowed", mine)) ++failed;
          }
        });
      }
    }
    ASSERT_EQ(failed, 0);
    wait_until_all_have_ended();
    for (int source = first; source < first + size; ++source) {
      const bool is_denied = source % 2 == 0;
      count(source, is_denied ? kDeniedPort : kAllowedPort, is_denied ? denied : allowed);
    }
    const auto removed = site_->node.crictl({"rmp", "--force", "--all"});
    ASSERT_EQ(removed.code, 0) << removed.err;
  }

  // Until then they send, or wait for answers.
  static void wait_until_all_have_ended() {
    EXPECT_TRUE(wait_until([] {
      const auto running = site_->node.crictl({"ps", "--quiet"});
      return running.code == 0 && running.out.empty();
    }));
  }

  void run_pods(Seen& denied, Seen& allowed) const {
    for (int left = 2 * starts(); left > 0 && !HasFatalFailure(); left -= kBatch) {
      run_batch(std::min(left, kBatch), denied, allowed);
    }
    std::cout << denied.pods << " denied pods: packets of " << denied.at_world
              << " reached the world, of " << denied.at_server << " the server; " << allowed.pods
              << " allowed pods: all packets of " << allowed.all_at_world
              << " reached the world, of " << allowed.all_at_server << " the server\n";
  }

  static std::unique_ptr<Site> site_;
  static std::string why_not_;

  const TemporaryDirectory files_;
  std::optional<ChildProcess> daemon_;
  bool tells_ = true;  // of each pod that is not as it should be
};

std::unique_ptr<Site> Starts::site_;
std::string Starts::why_not_;

TEST_F(Starts, LetPacketsThroughThatPoliciesAllowAndNoOthers) {
  start_daemon(site_->node.socket());
  Seen denied;
  Seen allowed;
  run_pods(denied, allowed);
  EXPECT_EQ(denied.pods, starts());
  EXPECT_EQ(denied.at_world, 0);
  EXPECT_EQ(denied.at_server, 0);
  EXPECT_EQ(allowed.pods, starts());
  EXPECT_EQ(allowed.all_at_world, starts());
  EXPECT_EQ(allowed.all_at_server, starts());
  EXPECT_NE(get("/metrics").body.find("portcullis_pods_started_early_total 0"), std::string::npos);
}

// Nobody ever tells of them, so that those are closed, too, that are allowed.
TEST_F(Starts, SendNothingWithoutTheRuntimeIfUnknownPodsAreClosed) {
  start_daemon("off", {"--unknown-pods", "drop", "--pod-interfaces", "veth*"});
  tells_ = false;
  Seen denied;
  Seen allowed;
  run_pods(denied, allowed);
  EXPECT_EQ(denied.pods, starts());
  EXPECT_EQ(denied.at_world + denied.at_server, 0);
  EXPECT_EQ(allowed.at_world + allowed.at_server, 0);
}

// The control: with the same rules, but without the runtime, pods are not known when they send.
TEST_F(Starts, DoNeitherWithoutTheRuntime) {
  start_daemon("off");
  tells_ = false;
  Seen denied;
  Seen allowed;
  run_batch(10, denied, allowed);
  EXPECT_GT(denied.at_world, 0);
  EXPECT_LT(allowed.all_at_server, allowed.pods);
}

}  // namespace
}  // namespace portcullis::test
