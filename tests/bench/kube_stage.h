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

// A real API server with a synthetic cluster, its pods of about 6 KB each, in a separate network
// namespace; and there the daemon of one node, if it is started. All stages of this process are in
// the same one, one after another, since the client's threads stay where they began.
class KubeStage {
 public:
  // Null, and the benchmark is skipped with the reason: no API server, no namespace, or it failed.
  static std::unique_ptr<KubeStage> build(benchmark::State& state, const ClusterSize& size);

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
  Result<void> create_objects();

  const test::NetworkNamespace& network_;
  ClusterState objects_;
  test::KubeServer server_;
  std::string kubeconfig_;
  Commits commits_;
  std::optional<DaemonProcess> daemon_;
};

// Calls work(client, i) for each i below `count`, on `workers` threads with one client each.
void share_out(const test::ApiClient::Setup& setup, std::size_t workers, std::size_t count,
               const std::function<void(test::ApiClient&, std::size_t)>& work);

}  // namespace portcullis::bench
