#include "tests/e2e/kube_cluster.h"

#include <algorithm>

#include "tests/support/kube/pods.h"
#include "tests/support/manifest/writer.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/matrix.h"
#include "tests/support/rig/objects.h"
#include "tests/support/rig/probe_table.h"

namespace portcullis::test {
namespace {

constexpr const char* kControlPlane = "control-plane";
constexpr std::uint16_t kHealthPort = 9909;
constexpr std::chrono::seconds kPatience(60);

}  // namespace

void KubeCluster::build(Topology topology) {
  const auto assets = find_kube_assets();
  if (!assets) GTEST_SKIP() << assets.error().message;
  topology.hosts.push_back({.name = kControlPlane});
  auto playground = Playground::build(topology);
  if (!playground) {
    const auto& error = playground.error();
    if (error.code == ErrorCode::kPermission) SKIP_WITHOUT_NF_TABLES(error.message);
    if (error.code == ErrorCode::kUnsupported) GTEST_SKIP() << error.message;
    FAIL() << error.message;
  }
  playground_.emplace(std::move(*playground));
  const auto& host = playground_->endpoint(kControlPlane);
  server_ = std::make_unique<KubeServer>(*assets, host.netns, to_string(host.ipv4));
  auto prober = Prober::open(*playground_);
  ASSERT_TRUE(prober) << prober.error().message;
  prober_.emplace(std::move(*prober));
  ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  kubectl({"apply", "-f", "manifests/base/namespace.yaml"});
  kubectl({"apply", "-f", "manifests/base/rbac.yaml"});
  const auto kubeconfig = server_->kubeconfig_of("portcullis", "portcullis");
  ASSERT_TRUE(kubeconfig) << kubeconfig.error().message;
  kubeconfig_ = *kubeconfig;
  create_objects();
}

void KubeCluster::create_objects() {
  objects_ = objects_of(*playground_);
  std::string namespaces;
  for (const auto& [name, ns] : objects_.namespaces()) namespaces += to_manifest(*ns);
  apply(namespaces);
  for (const auto& [key, pod] : objects_.pods()) {
    const auto created = create_pod(server_->api(), *pod);
    ASSERT_TRUE(created) << created.error().message;
  }
}

const Pod& KubeCluster::pod(const std::string& name) const {
  const auto slash = name.find('/');
  return *objects_.pods().at({name.substr(0, slash), name.substr(slash + 1)});
}

void KubeCluster::kubectl(const std::vector<std::string>& arguments, const std::string& input) {
  const auto done = server_->kubectl(arguments, input);
  ASSERT_EQ(done.code, 0) << done.err;
}

void KubeCluster::start_daemons() {
  for (const auto& node : playground_->topology().nodes) {
    if (daemons_.contains(node)) continue;
    daemons_[node] = std::make_unique<ChildProcess>(
        ChildSetup{{PORTCULLIS_BINARY, "run", "--kubeconfig", kubeconfig_, "--node-name", node,
                    "--socket", runtime_ / (node + ".sock"), "--snapshot", "off"},
                   {},
                   &playground_->endpoint(node).netns,
                   ""});
  }
}

bool KubeCluster::daemons_become_ready() const {
  const auto& nodes = playground_->topology().nodes;
  return std::all_of(nodes.begin(), nodes.end(), [this](const auto& node) {
    return wait_until([&] { return get(node, "/readyz").status == 200; }, kPatience);
  });
}

HttpAnswer KubeCluster::get(const std::string& node, const std::string& path) const {
  HttpAnswer answer;
  playground_->endpoint(node).netns.run([&] { answer = http_get("127.0.0.1", kHealthPort, path); });
  return answer;
}

std::string KubeCluster::dumped(const std::string& node) const {
  const auto& netns = playground_->endpoint(node).netns;
  return run_to_end({{PORTCULLIS_BINARY, "dump"}, {}, &netns, ""}).out;
}

testing::AssertionResult KubeCluster::traffic_becomes(const std::string& table) {
  wait_until([&] { return static_cast<bool>(traffic_is(table)); }, kPatience);
  return traffic_is(table);
}

testing::AssertionResult KubeCluster::traffic_is(const std::string& table) {
  const auto probes = parse_probes(table);
  if (!probes) return testing::AssertionFailure() << probes.error().message;
  const auto surprises = describe_surprises(prober_->run(*probes));
  if (surprises.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << surprises;
}

std::string KubeCluster::logs() const {
  std::string text = server_->log();
  for (const auto& [node, daemon] : daemons_) text += "\n" + node + ":\n" + daemon->err();
  return text;
}

}  // namespace portcullis::test
