#pragma once

#include <string>
#include <vector>

namespace portcullis::test {

// An application of the seed's policies: a Deployment of one pod and a Service, both of its name.
struct Workload {
  std::string ns;
  std::string app;

  std::string name() const { return ns + "/" + app; }
};

const std::vector<Workload>& workloads();

// The ports that every one of them answers on, whether a policy lets anybody in there or not. TCP,
// and UDP on 53, where it answers as a DNS server does.
const std::vector<int>& tcp_ports();
inline constexpr int kDnsPort = 53;

// Their manifests, those of their namespaces too.
std::string manifests_of_workloads();

}  // namespace portcullis::test
