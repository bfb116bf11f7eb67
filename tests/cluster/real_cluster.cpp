#include "tests/cluster/real_cluster.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

std::string join(const DualStack& both, const ClusterSetup& setup) {
  return setup.family == "ipv6" ? both.v6 + "," + both.v4 : both.v4 + "," + both.v6;
}

std::vector<std::string> flags_of_api_server(const ClusterSetup& setup) {
  const auto address = Fabric::address_of(1);
  return {"--advertise-address=" + (setup.family == "ipv6" ? address.v6 : address.v4),
          "--service-cluster-ip-range=" + join({"10.96.0.0/16", "fd00:10:96::/112"}, setup),
          "--endpoint-reconciler-type=lease", "--allow-privileged",
          "--kubelet-preferred-address-types=InternalIP"};
}

bool is_routed_by_flannel(const ClusterSetup& setup) {
  return setup.cni == "vxlan" || setup.cni == "hostgw";
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
  if (const char* family = std::getenv("CLUSTER_FAMILY")) setup.family = family;
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
  if (setup.cni != "ptp" && !std::filesystem::exists("/proc/sys/net/bridge")) {
    return failure(ErrorCode::kUnsupported, "no br_netfilter: modprobe br_netfilter");
  }
  clean_up();  // what a killed run has left
  auto fabric = Fabric::create(!is_routed_by_flannel(setup));
  if (!fabric) return tl::make_unexpected(fabric.error());
  return std::unique_ptr<RealCluster>(
      new RealCluster(std::move(*assets), std::move(*fabric), setup));
}

RealCluster::RealCluster(ClusterAssets assets, Fabric fabric, const ClusterSetup& setup)
    : assets_(std::move(assets)),
      fabric_(std::move(fabric)),
      server_(assets_.kube, fabric_.node(1), Fabric::address_of(1).v4, flags_of_api_server(setup)) {
  for (const std::string port : {"443", "8080"}) {
    web_.emplace_back(ChildSetup{{"busybox", "httpd", "-f", "-p", port}, {}, &fabric_.world(), ""});
  }
  for (int number = 1; number <= Fabric::kNodes; ++number) {
    nodes_.push_back(start_node(number, setup));
  }
}

ChildProcess RealCluster::start_node(int number, const ClusterSetup& setup) const {
  std::string aliases;
  for (const auto& alias : setup.aliases) aliases += alias + ' ';
  return ChildProcess(ChildSetup{
      {"sh", "tests/cluster/node.sh", "start", "node-" + std::to_string(number), setup.cni,
       server_.directory().string()},
      {"ADDRESSES=" + join(Fabric::address_of(number), setup),
       "PODS=" + join(Fabric::pods_of(number), setup),
       "ALL_PODS=" + Fabric::pods().v4 + "," + Fabric::pods().v6, "PROXY_MODE=" + setup.proxy,
       "PROGRAMS=" + assets_.programs, "IMAGES=" + assets_.images, "ALIASES=" + aliases},
      &fabric_.node(number),
      ""});
}

RealCluster::~RealCluster() {
  nodes_.clear();
  wait_until([] { return clean_up().empty(); });  // the kernel ends what ran there in a moment
}

bool RealCluster::becomes_ready() {
  return server_.becomes_ready() &&
         wait_until(
             [&] {
               return kubectl({"get", "nodes", "-o",
                               "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"})
                          .out == "True True";
             },
             std::chrono::seconds(180));
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
                   &fabric_.node(1),
                   ""};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return ChildProcess(setup);
}

ChildSetup RealCluster::setup_of_shell(const std::string& line) const {
  const auto programs = std::filesystem::path(assets_.kube.kubectl).parent_path().string();
  return {{"env", "PATH=" + programs + ":" + std::getenv("PATH"),
           "HOME=" + server_.directory().string(),
           "KUBECONFIG=" + (server_.directory() / "admin").string(), "sh", "-c", line},
          {},
          &fabric_.node(1),
          ""};
}

Finished RealCluster::shell(const std::string& line) const {
  return run_to_end(setup_of_shell(line));
}

ChildProcess RealCluster::start_shell(const std::string& line) const {
  auto setup = setup_of_shell(line);
  setup.arguments.insert(setup.arguments.begin(),
                         {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"});
  return ChildProcess(setup);
}

Finished RealCluster::on_node(int node, const std::vector<std::string>& arguments,
                              const std::string& input) const {
  return run_to_end({arguments, {}, &fabric_.node(node), input});
}

Finished RealCluster::in_world(const std::vector<std::string>& arguments,
                               const std::string& input) const {
  return run_to_end({arguments, {}, &fabric_.world(), input});
}

std::string RealCluster::logs() const {
  std::string logs;
  for (const auto& node : nodes_) logs += "node.sh: " + node.out() + node.err();
  for (const auto& file : std::filesystem::directory_iterator(server_.directory())) {
    if (file.path().extension() != ".log") continue;
    logs += "\n" + file.path().filename().string() + ":\n" + end_of(file.path());
  }
  return logs;
}

}  // namespace portcullis::test
