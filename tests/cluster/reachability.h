#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/cluster/real_cluster.h"
#include "tests/support/rig/traffic.h"

namespace portcullis::test {

// A new connection (over UDP, a request and its reply).
struct Connection {
  std::string from;  // a workload, a node's host ("node-1"), or "office", a host beside the nodes
  std::string to;    // a workload, or "internet": 203.0.113.1 and 2001:db8::1
  Traffic traffic;
  std::string address;  // of the pod, or of its Service

  bool comes_from(const std::string& ns) const { return from.starts_with(ns + "/"); }
  bool goes_to(const std::string& ns) const { return to.starts_with(ns + "/"); }
  bool is_ipv4() const { return address.find(':') == address.npos; }
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
  // Services, over both families: the results become what `allowed` says, within some seconds. A
  // node's host must always reach the pods of that node, whatever it says.
  testing::AssertionResult becomes(const Allowed& allowed) const;

  const std::string& pod_of(const std::string& workload) const { return pods_.at(workload); }
  const DualStack& address_of(const std::string& workload) const { return addresses_.at(workload); }
  const DualStack& service_of(const std::string& workload) const { return services_.at(workload); }

 private:
  std::vector<Connection> connections_from(const std::string& source) const;
  std::string wrong_from(const std::string& source, const Allowed& allowed) const;
  Finished probe(const std::string& source, const std::string& connections) const;

  const RealCluster& cluster_;
  std::map<std::string, std::string> pods_;  // by workload, as all of these
  std::map<std::string, DualStack> addresses_;
  std::map<std::string, DualStack> services_;
};

}  // namespace portcullis::test
