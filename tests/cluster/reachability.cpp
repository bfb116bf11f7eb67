#include "tests/cluster/reachability.h"

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
constexpr int kSeconds = 2;  // a denied one takes that long

Json items(const RealCluster& cluster, const std::string& resource) {
  const auto got = cluster.kubectl({"get", resource, "--all-namespaces", "-o", "json"});
  return Json::parse(got.out).at("items");
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
    addresses_[name] = pod.at("status").value("podIP", "");
  }
  for (const auto& service : items(cluster, "services")) {
    const auto& metadata = service.at("metadata");
    services_[metadata.at("namespace").get<std::string>() + "/" +
              metadata.at("name").get<std::string>()] = service.at("spec").at("clusterIP");
  }
}

std::vector<Connection> Reachability::connections_from(const std::string& source) const {
  std::vector<Connection> all;
  for (const auto& traffic : all_traffic()) {
    for (const auto& workload : workloads()) {
      const auto name = workload.name();
      if (name == source) continue;
      all.push_back({source, name, traffic, address_of(name)});
      if (source != kOffice) all.push_back({source, name, traffic, service_of(name)});
    }
    if (source != kOffice && (traffic == tcp(443) || traffic == tcp(8080))) {
      all.push_back({source, kInternet, traffic, RealCluster::kWorldAddress});
    }
  }
  return all;
}

Finished Reachability::run(const std::string& source, const std::string& script) const {
  if (source == kOffice) return cluster_.in_world({"sh", "-c", script});
  const auto ns = source.substr(0, source.find('/'));
  return cluster_.kubectl({"exec", "--namespace", ns, pod_of(source), "--", "sh", "-c", script});
}

// All at once; each that is answered prints its number.
std::string Reachability::wrong_from(const std::string& source, const Allowed& allowed) const {
  const auto connections = connections_from(source);
  std::string script;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    script += "(" + command_of(connections[i], kSeconds) + " && echo " + std::to_string(i) + ") & ";
  }
  const auto tried = run(source, script + "wait");
  if (tried.code != 0) return source + ": " + tried.err;
  std::istringstream numbers(tried.out);
  const std::set<std::size_t> answered{std::istream_iterator<std::size_t>(numbers), {}};
  std::string wrong;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const bool seen = answered.contains(i);
    if (seen != allowed(connections[i])) {
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
    for (const auto& workload : workloads()) look(workload.name());
    wrong.clear();
    for (auto& each : from) wrong += each.get();
    return wrong.empty();
  };
  if (wait_until(is_right)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "not as expected:\n" << wrong;
}

}  // namespace portcullis::test
