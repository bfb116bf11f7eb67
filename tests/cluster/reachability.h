#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/cluster/real_cluster.h"
#include "tests/support/rig/traffic.h"

namespace portcullis::test {

// A new connection (over UDP, a request and its reply), tried with busybox's tools.
struct Connection {
  std::string from;  // a workload, or "office", a host beside the node: 10.10.0.1
  std::string to;    // a workload, or "internet": 203.0.113.1
  Traffic traffic;
  std::string address;  // of the pod, or of its Service

  bool comes_from(const std::string& ns) const { return from.starts_with(ns + "/"); }
  bool goes_to(const std::string& ns) const { return to.starts_with(ns + "/"); }
};

using Allowed = std::function<bool(const Connection&)>;

std::string to_string(const Connection& connection);

// The shell command for busybox that tries it; it succeeds if there is a reply within the seconds.
std::string command_of(const Connection& connection, int seconds);

// Tries connections from inside the pods of the workloads, which must all run.
class Reachability {
 public:
  explicit Reachability(const RealCluster& cluster);

  // From everyone to everyone else, on all ports that the workloads serve, directly and through the
  // Services: the results become what `allowed` says, within some seconds.
  testing::AssertionResult becomes(const Allowed& allowed) const;

  const std::string& pod_of(const std::string& workload) const { return pods_.at(workload); }
  const std::string& address_of(const std::string& workload) const {
    return addresses_.at(workload);
  }
  const std::string& service_of(const std::string& workload) const {
    return services_.at(workload);
  }

 private:
  using Names = std::map<std::string, std::string>;  // by workload
  std::vector<Connection> connections_from(const std::string& source) const;
  std::string wrong_from(const std::string& source, const Allowed& allowed) const;
  Finished run(const std::string& source, const std::string& script) const;

  const RealCluster& cluster_;
  Names pods_;
  Names addresses_;
  Names services_;
};

}  // namespace portcullis::test
