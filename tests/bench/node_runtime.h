#pragma once

#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/model/objects.h"
#include "tests/bench/cluster.h"
#include "tests/bench/daemon_process.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/nri/fake_runtime.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::bench {

// The node "local" of a synthetic cluster, in a network namespace of its own: the real daemon, and
// a container runtime that speaks NRI to it.
class NodeRuntime {
 public:
  // Null, and the benchmark is skipped with the reason.
  static std::unique_ptr<NodeRuntime> build(benchmark::State& state, const ClusterSize& size);
  NodeRuntime(const NodeRuntime&) = delete;
  NodeRuntime& operator=(const NodeRuntime&) = delete;

  // A pod of which the API server knows nothing yet, one of the ten applications of "team-0", with
  // an address of each family.
  static Pod new_pod(int number);

  // As a CNI plugin does: a veth to a new network namespace, with the pod's addresses.
  [[nodiscard]] Result<void> plug(const Pod& pod);
  void unplug(const Pod& pod);

  // Sends the event without waiting. A host-network sandbox has no addresses.
  std::uint32_t send(const std::string& event, const Pod& pod, bool host_network = false);

  // Waits for the answer, to any call. False if none comes.
  bool is_answered() { return runtime_.hears().has_value(); }

  DaemonProcess& daemon() { return *daemon_; }
  std::string dump() const;  // the kernel's rules

 private:
  NodeRuntime(test::NetworkNamespace network, const ClusterSize& size);

  const test::NetworkNamespace network_;
  const test::TemporaryDirectory directory_;
  boost::asio::io_context io_;
  test::FakeRuntime runtime_;
  std::map<ObjectKey, test::NetworkNamespace> pods_;  // those with an interface
  std::unique_ptr<DaemonProcess> daemon_;
};

}  // namespace portcullis::bench
