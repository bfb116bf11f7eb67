#pragma once

#include <string>
#include <vector>

namespace portcullis::test {

// An application of the example policies: a Deployment of one pod and a Service, both with its
// name. Its pod runs on this node, and its Service has an address of each family.
struct Workload {
  std::string ns;
  std::string app;
  int node = 1;

  std::string name() const { return ns + "/" + app; }
};

const std::vector<Workload>& workloads();

// The ports that all of them serve, whether a policy allows it or not. TCP, and UDP on 53, where it
// answers like a DNS server.
const std::vector<int>& tcp_ports();
inline constexpr int kDnsPort = 53;

// Their manifests, including their namespaces.
std::string manifests_of_workloads();

}  // namespace portcullis::test
