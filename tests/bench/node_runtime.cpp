#include "tests/bench/node_runtime.h"

#include <filesystem>
#include <utility>

#include "tests/support/process/child_process.h"
#include "tests/support/process/http_client.h"
#include "tests/support/rig/command.h"

namespace portcullis::bench {
namespace {

// Unlike those of cluster().
constexpr AddressValue kFirst4 = AddressValue{0x0a01} << 16;
constexpr AddressValue kFirst6 = AddressValue{0xfd00} << 112;

std::string interface_of(const Pod& pod) {
  return "veth" + std::to_string(static_cast<std::uint32_t>(pod.addresses.front().value));
}

test::RuntimeSandbox sandbox_of(const Pod& pod, bool host_network) {
  test::RuntimeSandbox sandbox{.id = "id-of-" + pod.key.name,
                               .name = pod.key.name,
                               .uid = "uid-of-" + pod.key.name,
                               .ns = pod.key.ns};
  for (const auto& [key, value] : *pod.labels) sandbox.labels.emplace_back(key, value);
  if (host_network) sandbox.network_namespace.clear();
  if (host_network) return sandbox;
  for (const auto& address : pod.addresses) sandbox.addresses.push_back(to_string(address));
  return sandbox;
}

}  // namespace

NodeRuntime::NodeRuntime(test::NetworkNamespace network, const ClusterSize& size)
    : network_(std::move(network)), runtime_(io_, directory_ / "nri.sock") {
  network_.run(test::bring_loopback_up);
  const auto manifests = directory_ / "manifests";
  std::filesystem::create_directory(manifests);
  write_manifests(size, manifests);
  daemon_ = std::make_unique<DaemonProcess>(
      network_, std::vector<std::string>{"--manifests", manifests, "--nri", directory_ / "nri.sock",
                                         "--nri-timeout", "20000"});
}

std::unique_ptr<NodeRuntime> NodeRuntime::build(benchmark::State& state, const ClusterSize& size) {
  const auto skip = [&](const std::string& reason) {
    state.SkipWithError(reason.c_str());
    return nullptr;
  };
  auto network = test::NetworkNamespace::create();
  if (!network) return skip(network.error().message);
  auto node = std::unique_ptr<NodeRuntime>(new NodeRuntime(std::move(*network), size));
  if (!node->daemon_->becomes_ready(std::chrono::seconds(60))) return skip(node->daemon_->log());
  if (!node->runtime_.accepts() || !node->runtime_.welcomes()) return skip("no plugin came");
  return node;
}

Pod NodeRuntime::new_pod(int number) {
  const auto nth = static_cast<unsigned>(number) + 1;
  Pod pod;
  pod.key = {"team-0", "new-" + std::to_string(number)};
  pod.labels = Labels{{"app", "app-" + std::to_string(number % 10)}};
  pod.node_name = "local";
  pod.phase = PodPhase::kRunning;
  pod.addresses = {{Family::kIpv4, kFirst4 + nth}, {Family::kIpv6, kFirst6 + nth}};
  return pod;
}

Result<void> NodeRuntime::plug(const Pod& pod) {
  auto made = test::NetworkNamespace::create();
  if (!made) return tl::unexpected(made.error());
  const auto& netns = pods_.emplace(pod.key, std::move(*made)).first->second;
  const auto name = interface_of(pod);
  auto done = test::run_ip(network_,
                           {"link add " + name + " type veth peer name eth0 netns " + netns.path(),
                            "link set " + name + " up"});
  if (!done) return done;
  std::vector<std::string> commands = {"link set eth0 up"};
  for (const auto& address : pod.addresses) {
    const auto nodad = address.family == Family::kIpv6 ? " nodad" : "";
    commands.push_back("address add " + to_string(address) + " dev eth0" + nodad);
  }
  done = test::set_sysctls(netns, {{"net/ipv6/conf/all/disable_ipv6", "0"},
                                   {"net/ipv6/conf/default/disable_ipv6", "0"}});
  return done ? test::run_ip(netns, commands) : done;
}

void NodeRuntime::unplug(const Pod& pod) {
  (void)test::run_ip(network_, {"link del " + interface_of(pod)});
  pods_.erase(pod.key);
}

std::uint32_t NodeRuntime::send(const std::string& event, const Pod& pod, bool host_network) {
  return runtime_.calls({event, test::event_message(sandbox_of(pod, host_network))});
}

std::string NodeRuntime::dump() const {
  return test::run_to_end({{PORTCULLIS_BINARY, "dump"}, {}, &network_, ""}).out;
}

}  // namespace portcullis::bench
