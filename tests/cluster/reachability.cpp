#include "tests/cluster/reachability.h"

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/cluster/workloads.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kOffice = "office";
constexpr const char* kInternet = "internet";
constexpr const char* kSeconds = "2";  // a denied one takes that long

Json items(const RealCluster& cluster, const std::string& resource) {
  const auto got = cluster.kubectl({"get", resource, "--all-namespaces", "-o", "json"});
  return Json::parse(got.out).at("items");
}

std::string host(int node) { return "node-" + std::to_string(node); }

bool comes_from_own_host(const Connection& connection) {
  return std::ranges::any_of(workloads(), [&](const Workload& workload) {
    return connection.to == workload.name() && connection.from == host(workload.node);
  });
}

DualStack dual_stack(const std::vector<std::string>& addresses) {
  DualStack both;
  for (const auto& each : addresses) (each.find(':') == each.npos ? both.v4 : both.v6) = each;
  return both;
}

// See probe.cpp.
std::string line_of(const Connection& connection) {
  const bool is_udp = connection.traffic.transport == Transport::kUdp;
  return (is_udp ? "udp " : "tcp ") + connection.address + ' ' +
         std::to_string(connection.traffic.port) + '\n';
}

std::vector<Traffic> all_traffic() {
  std::vector<Traffic> all = {udp(kDnsPort)};
  for (const int port : tcp_ports()) all.push_back(tcp(static_cast<std::uint16_t>(port)));
  return all;
}

}  // namespace

std::string to_string(const Connection& connection) {
  return connection.from + " -> " + connection.to + " " + to_string(connection.traffic) + " at " +
         connection.address;
}

std::string command_of(const Connection& connection, int seconds) {
  const auto limit = std::to_string(seconds);
  const auto& address = connection.address;
  const std::string quiet = " </dev/null >/dev/null 2>&1";
  if (connection.traffic.transport == Transport::kUdp) {
    return "busybox timeout " + limit + " busybox nslookup -type=a x.test " + address +
           " 2>&1 </dev/null | busybox grep -q NXDOMAIN";
  }
  return "busybox nc -w " + limit + " " + address + " " + std::to_string(connection.traffic.port) +
         quiet;
}

Reachability::Reachability(const RealCluster& cluster) : cluster_(cluster) {
  for (const auto& pod : items(cluster, "pods")) {
    const auto& labels = pod.at("metadata").at("labels");
    const std::string app = labels.value("app", labels.value("k8s-app", ""));
    const std::string name = pod.at("metadata").at("namespace").get<std::string>() + "/" + app;
    pods_[name] = pod.at("metadata").at("name");
    std::vector<std::string> addresses;
    for (const auto& each : pod.at("status").value("podIPs", Json::array())) {
      addresses.push_back(each.at("ip"));
    }
    addresses_[name] = dual_stack(addresses);
  }
  for (const auto& service : items(cluster, "services")) {
    const auto& metadata = service.at("metadata");
    services_[metadata.at("namespace").get<std::string>() + "/" +
              metadata.at("name").get<std::string>()] =
        dual_stack(service.at("spec").at("clusterIPs"));
  }
}

std::vector<Connection> Reachability::connections_from(const std::string& source) const {
  std::vector<Connection> all;
  const auto add = [&](const std::string& to, const Traffic& traffic, const DualStack& addresses) {
    for (const auto& address : {addresses.v4, addresses.v6}) {
      all.push_back({source, to, traffic, address});
    }
  };
  for (const auto& traffic : all_traffic()) {
    for (const auto& workload : workloads()) {
      const auto name = workload.name();
      if (name == source) continue;
      add(name, traffic, address_of(name));
      if (source != kOffice) add(name, traffic, service_of(name));
    }
    if (source != kOffice && (traffic == tcp(443) || traffic == tcp(8080))) {
      add(kInternet, traffic, Fabric::address_of_world());
    }
  }
  return all;
}

Finished Reachability::probe(const std::string& source, const std::string& connections) const {
  if (source == kOffice) return cluster_.in_world({PROBE_BINARY, kSeconds}, connections);
  for (int node = 1; node <= Fabric::kNodes; ++node) {
    if (source == host(node)) return cluster_.on_node(node, {PROBE_BINARY, kSeconds}, connections);
  }
  const auto ns = source.substr(0, source.find('/'));
  return cluster_.kubectl(
      {"exec", "--stdin", "--namespace", ns, pod_of(source), "--", "workload-probe", kSeconds},
      connections);
}

std::string Reachability::wrong_from(const std::string& source, const Allowed& allowed) const {
  const auto connections = connections_from(source);
  std::string lines;
  for (const auto& connection : connections) lines += line_of(connection);
  const auto tried = probe(source, lines);
  if (tried.code != 0) return source + ": " + tried.err;
  std::istringstream numbers(tried.out);
  const std::set<std::size_t> answered{std::istream_iterator<std::size_t>(numbers), {}};
  std::string wrong;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const bool seen = answered.contains(i);
    if (seen != (comes_from_own_host(connections[i]) || allowed(connections[i]))) {
      wrong += to_string(connections[i]) + (seen ? ": allowed\n" : ": denied\n");
    }
  }
  return wrong;
}

testing::AssertionResult Reachability::becomes(const Allowed& allowed) const {
  std::string wrong;
  const auto is_right = [&] {
    std::vector<std::future<std::string>> from;
    const auto look = [&](const std::string& source) {
      from.push_back(std::async(std::launch::async,
                                [this, source, &allowed] { return wrong_from(source, allowed); }));
    };
    look(kOffice);
    for (int node = 1; node <= Fabric::kNodes; ++node) look(host(node));
    for (const auto& workload : workloads()) look(workload.name());
    wrong.clear();
    for (auto& each : from) wrong += each.get();
    return wrong.empty();
  };
  if (wait_until(is_right)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "not as expected:\n" << wrong;
}

}  // namespace portcullis::test
