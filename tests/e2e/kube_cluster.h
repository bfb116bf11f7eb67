#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "tests/support/kube/kube_server.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/prober.h"

namespace portcullis::test {

// A cluster in which everything that Portcullis meets is real: an API server on a host beside the
// nodes, a daemon on every node, and packets between pods.
//
//     control-plane (kube-apiserver, etcd) ---- node-1 (portcullis run --kubeconfig) ---- pods
//                                               node-2 (portcullis run --kubeconfig) ---- pods
//
// The daemons have a token of the service account of manifests/base/rbac.yaml. The playground's
// pods and namespaces are objects of the API server from the beginning.
class KubeCluster : public testing::Test {
 protected:
  // Everything except the daemons. Skips the test without an API server or namespaces.
  void build(Topology topology);

  KubeServer& server() { return *server_; }
  const Playground& playground() const { return *playground_; }
  const Pod& pod(const std::string& name) const;  // "default/web", as it was built

  // `kubectl ARGUMENTS` as admin; a rejection fails the test.
  void kubectl(const std::vector<std::string>& arguments, const std::string& input = "");
  void apply(const std::string& manifests) { kubectl({"apply", "-f", "-"}, manifests); }

  // Starts the stopped ones, without waiting. A daemon is ready once it enforces the API server's
  // initial objects.
  void start_daemons();
  bool daemons_become_ready() const;
  ChildProcess& daemon(const std::string& node) { return *daemons_.at(node); }
  void kill_daemon(const std::string& node) { daemons_.erase(node); }

  HttpAnswer get(const std::string& node, const std::string& path) const;  // of its health port

  // `portcullis dump` of the kernel's table on a node.
  std::string dumped(const std::string& node) const;

  // Repeats probes (see probe_table.h) until all are as expected, for as long as a change may take
  // to reach every node.
  testing::AssertionResult traffic_becomes(const std::string& table);
  testing::AssertionResult traffic_is(const std::string& table);

  std::string logs() const;  // of the servers and the daemons

 private:
  void create_objects();

  std::optional<Playground> playground_;
  std::optional<Prober> prober_;
  ClusterState objects_;
  std::unique_ptr<KubeServer> server_;
  std::string kubeconfig_;
  TemporaryDirectory runtime_;
  std::map<std::string, std::unique_ptr<ChildProcess>> daemons_;
};

}  // namespace portcullis::test
