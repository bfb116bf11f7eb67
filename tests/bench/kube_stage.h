#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "tests/bench/cluster.h"
#include "tests/bench/commits.h"
#include "tests/bench/daemon_process.h"
#include "tests/support/kube/kube_server.h"

namespace portcullis::bench {

// Like those of a Deployment (about 5.6 KB in Protobuf), or of one container and no more (1 KB).
enum class PodSize { kCommon, kSmall };

// A real API server with a synthetic cluster in a separate network namespace; and there the daemon
// of one node, if it is started. All stages of this process are in the same one, one after another,
// since the client's threads stay where they began.
class KubeStage {
 public:
  // Null, and the benchmark is skipped with the reason: no API server, no namespace, or it failed.
  static std::unique_ptr<KubeStage> build(benchmark::State& state, const ClusterSize& size,
                                          PodSize pod_size = PodSize::kCommon);

  KubeStage(const KubeStage&) = delete;
  KubeStage& operator=(const KubeStage&) = delete;
  ~KubeStage();

  // False, and the benchmark is skipped: it did not become ready.
  bool start_daemon(benchmark::State& state);
  DaemonProcess& daemon() { return *daemon_; }

  // Its rules too. False: some are left.
  bool remove_daemon();

  const test::NetworkNamespace& network() const { return network_; }
  test::KubeServer& server() { return server_; }
  const std::string& kubeconfig() const { return kubeconfig_; }
  const ClusterState& objects() const { return objects_; }
  Commits& commits() { return commits_; }

 private:
  KubeStage(const test::NetworkNamespace& network, const test::KubeAssets& assets,
            const ClusterSize& size);
  Result<void> create_objects(PodSize pod_size);

  const test::NetworkNamespace& network_;
  ClusterState objects_;
  test::KubeServer server_;
  std::string kubeconfig_;
  Commits commits_;
  std::optional<DaemonProcess> daemon_;
};

// The response to a change of one label of a pod.
test::HttpAnswer set_label(test::ApiClient& api, const Pod& pod, const std::string& label,
                           const std::string& value);

// Calls work(client, i) for each i below `count`, on `workers` threads with one client each.
void share_out(const test::ApiClient::Setup& setup, std::size_t workers, std::size_t count,
               const std::function<void(test::ApiClient&, std::size_t)>& work);

}  // namespace portcullis::bench
