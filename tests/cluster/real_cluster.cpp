#include "tests/cluster/real_cluster.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

// `ip` with a batch of its commands.
void configure(const NetworkNamespace& network, const std::string& commands) {
  const auto done = run_to_end({{"ip", "-batch", "-"}, {}, &network, commands});
  if (done.code == 0) return;
  std::cerr << "ip: " << done.err << commands;
  std::abort();
}

void connect(const NetworkNamespace& node, const NetworkNamespace& world) {
  configure(node,
            "link set lo up\n"
            "link add eth0 type veth peer name eth0 netns " +
                world.path() +
                "\n"
                "address add 10.10.0.2/24 dev eth0\n"
                "link set eth0 up\n"
                "route add default via 10.10.0.1\n");
  configure(world,
            "link set lo up\n"
            "address add 203.0.113.1/32 dev lo\n"
            "address add 10.10.0.1/24 dev eth0\n"
            "link set eth0 up\n"
            "route add default via 10.10.0.2\n");
}

// Removes all control groups without processes. Prints the remaining ones of ours, one per line.
std::string clean_up() {
  return run_to_end({{"sh", "tests/cluster/node.sh", "clean"}, {}, nullptr, ""}).out;
}

std::string end_of(const std::filesystem::path& file) {
  constexpr std::streamoff kSize = 8000;
  std::ifstream log(file, std::ios::ate);
  log.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(log.tellg()) - kSize));
  return {std::istreambuf_iterator<char>(log), {}};
}

}  // namespace

ClusterSetup cluster_setup() {
  ClusterSetup setup;
  if (const char* cni = std::getenv("CLUSTER_CNI")) setup.cni = cni;
  if (const char* proxy = std::getenv("CLUSTER_PROXY")) setup.proxy = proxy;
  setup.aliases = {"localhost/portcullis:0.1.0=docker.io/library/portcullis:0.1.0"};
  return setup;
}

Result<std::unique_ptr<RealCluster>> RealCluster::start(const ClusterSetup& setup) {
  auto assets = find_cluster_assets();
  if (!assets) return tl::make_unexpected(assets.error());
  if (!std::filesystem::exists("/sys/fs/cgroup/memory")) {
    return failure(ErrorCode::kUnsupported,
                   "no control groups of version 1, which node.sh mounts (boot with "
                   "systemd.unified_cgroup_hierarchy=0)");
  }
  if (setup.cni == "bridge" && !std::filesystem::exists("/proc/sys/net/bridge")) {
    return failure(ErrorCode::kUnsupported, "no br_netfilter: modprobe br_netfilter");
  }
  auto node = NetworkNamespace::create();
  if (!node) return tl::make_unexpected(node.error());
  auto world = NetworkNamespace::create();
  if (!world) return tl::make_unexpected(world.error());
  clean_up();  // what a killed run has left
  connect(*node, *world);
  return std::unique_ptr<RealCluster>(
      new RealCluster(std::move(*assets), std::move(*node), std::move(*world), setup));
}

RealCluster::RealCluster(ClusterAssets assets, NetworkNamespace node, NetworkNamespace world,
                         const ClusterSetup& setup)
    : assets_(std::move(assets)),
      network_(std::move(node)),
      world_(std::move(world)),
      server_(
          assets_.kube, network_, kNodeAddress,
          {std::string("--advertise-address=") + kNodeAddress, "--endpoint-reconciler-type=lease",
           "--allow-privileged", "--kubelet-preferred-address-types=InternalIP"}) {
  for (const std::string port : {"443", "8080"}) {
    web_.emplace_back(ChildSetup{{"busybox", "httpd", "-f", "-p", port}, {}, &world_, ""});
  }
  std::string aliases;
  for (const auto& alias : setup.aliases) aliases += alias + ' ';
  node_.emplace(ChildSetup{
      {"sh", "tests/cluster/node.sh", "start", setup.cni, server_.directory().string()},
      {"PROGRAMS=" + assets_.programs, "PROXY_MODE=" + setup.proxy, "IMAGES=" + assets_.images,
       "ALIASES=" + aliases, std::string("NODE_ADDRESS=") + kNodeAddress},
      &network_,
      ""});
}

RealCluster::~RealCluster() {
  node_.reset();
  wait_until([] { return clean_up().empty(); });  // the kernel ends what ran there in a moment
}

bool RealCluster::node_becomes_ready() {
  return server_.becomes_ready() &&
         wait_until(
             [&] {
               return kubectl({"get", "node", kNode, "-o",
                               "jsonpath={.status.conditions[?(@.type=='Ready')].status}"})
                          .out == "True";
             },
             std::chrono::seconds(120));
}

Result<void> RealCluster::install() const {
  const auto applied = kubectl({"apply", "-k", "manifests/base"});
  if (applied.code != 0) return failure(ErrorCode::kIo, "kubectl apply: " + applied.err);
  if (becomes_rolled_out("portcullis", "daemonset/portcullis")) return {};
  return failure(ErrorCode::kIo, "daemonset/portcullis did not become ready");
}

bool RealCluster::becomes_rolled_out(const std::string& ns, const std::string& what) const {
  return wait_until(
      [&] {
        return kubectl({"rollout", "status", "--namespace", ns, what, "--watch=false"})
                   .out.find("successfully rolled out") != std::string::npos;
      },
      std::chrono::seconds(180));
}

ChildProcess RealCluster::start_kubectl(const std::vector<std::string>& arguments) const {
  ChildSetup setup{{assets_.kube.kubectl, "--kubeconfig", (server_.directory() / "admin").string()},
                   {"HOME=" + server_.directory().string()},
                   &network_,
                   ""};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return ChildProcess(setup);
}

Finished RealCluster::shell(const std::string& line) const {
  const auto programs = std::filesystem::path(assets_.kube.kubectl).parent_path().string();
  return on_node({"env", "PATH=" + programs + ":" + std::getenv("PATH"),
                  "HOME=" + server_.directory().string(),
                  "KUBECONFIG=" + (server_.directory() / "admin").string(), "sh", "-c", line});
}

Finished RealCluster::on_node(const std::vector<std::string>& arguments) const {
  return run_to_end({arguments, {}, &network_, ""});
}

Finished RealCluster::in_world(const std::vector<std::string>& arguments) const {
  return run_to_end({arguments, {}, &world_, ""});
}

std::string RealCluster::logs() const {
  std::string logs = "node.sh: " + node_->out() + node_->err();
  for (const auto& file : std::filesystem::directory_iterator(server_.directory())) {
    if (file.path().extension() != ".log") continue;
    logs += "\n" + file.path().filename().string() + ":\n" + end_of(file.path());
  }
  return logs;
}

}  // namespace portcullis::test
