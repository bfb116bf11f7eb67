#include "tests/cluster/lone_node.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/process/wait_until.h"

namespace portcullis::test {

using Json = nlohmann::json;
namespace fs = std::filesystem;

LoneNode::LoneNode(const ClusterAssets& assets, const Fabric& fabric, Parts parts)
    : crictl_(assets.programs + "/crictl"),
      process_(std::make_unique<ChildProcess>(setup(assets, fabric, parts))) {}

LoneNode::~LoneNode() {
  process_.reset();
  wait_until([] {
    return run_to_end({{"sh", "tests/cluster/node.sh", "clean"}, {}, nullptr, ""}).out.empty();
  });
}

ChildSetup LoneNode::setup(const ClusterAssets& assets, const Fabric& fabric, Parts parts) {
  for (const auto* folder : {"nri", "pods", "out"}) fs::create_directory(files_ / folder);
  const auto pods = Fabric::pods_of(1);
  return {{"sh", "tests/cluster/node.sh", "start", "node-1", "ptp", files_.path().string()},
          {"ADDRESSES=" + Fabric::address_of(1).v4, "PODS=" + pods.v4 + "," + pods.v6,
           "PROGRAMS=" + assets.programs, "IMAGES=" + assets.images,
           "ALIASES=", "NRI=" + files_ / "nri",
           parts == Parts::kRuntime ? "RUNTIME_ONLY=yes" : "STATIC_PODS=" + files_ / "pods"},
          &fabric.node(1),
          ""};
}

std::string LoneNode::socket() const { return files_ / "nri/nri.sock"; }

void LoneNode::run(const std::string& name, const std::map<std::string, std::string>& labels) {
  const Json container = {
      {"name", "main"},
      {"image", "localhost/workload:test"},
      {"command", {"/bin/sh", "-c", "ip -o address show eth0 >/out/$0; sleep infinity", name}},
      {"volumeMounts", {{{"name", "out"}, {"mountPath", "/out"}}}}};
  const Json pod = {{"apiVersion", "v1"},
                    {"kind", "Pod"},
                    {"metadata", {{"name", name}, {"namespace", "shop"}, {"labels", labels}}},
                    {"spec",
                     {{"containers", {container}},
                      {"terminationGracePeriodSeconds", 0},
                      {"volumes", {{{"name", "out"}, {"hostPath", {{"path", files_ / "out"}}}}}}}}};
  write_file(files_ / ("pods/" + name + ".json"), pod.dump());
}

void LoneNode::remove(const std::string& name) { fs::remove(files_ / ("pods/" + name + ".json")); }

std::string LoneNode::output_of(const std::string& name) const {
  return read_file(files_ / ("out/" + name));
}

void LoneNode::restart_runtime() { write_file(files_ / "restart", ""); }

// The node's /run is another one than ours.
Finished LoneNode::crictl(const std::vector<std::string>& arguments) const {
  const auto root = "unix:///proc/" + std::to_string(process_->pid()) + "/root";
  ChildSetup setup{
      {crictl_, "--timeout", "60s", "--runtime-endpoint", root + "/run/containerd/containerd.sock"},
      {},
      nullptr,
      ""};
  setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(setup);
}

std::string LoneNode::logs() const {
  std::string logs = process_->err();
  for (const auto* name : {"containerd", "kubelet"}) {
    logs += read_file(files_ / ("node-1." + std::string(name) + ".log"));
  }
  return logs;
}

}  // namespace portcullis::test
