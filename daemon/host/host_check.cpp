#include "daemon/host/host_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "daemon/host/node_name.h"
#include "daemon/netlink/routes/routes.h"

namespace portcullis {
namespace {

constexpr std::size_t kMostRoutes = 256;  // looked up at once

bool passes_bridged(Family family) {
  std::ifstream file(family == Family::kIpv4 ? "/proc/sys/net/bridge/bridge-nf-call-iptables"
                                             : "/proc/sys/net/bridge/bridge-nf-call-ip6tables");
  std::string value;
  return std::getline(file, value) && value != "0";
}

std::string fault_of(Family family) {
  const std::string setting =
      family == Family::kIpv4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
  return "pods of this node are on a bridge, and policies do not apply between them: load "
         "br_netfilter, "
         "and set net.bridge." +
         setting + " to 1";
}

void add_addresses(const Pod& pod, std::vector<Address>& addresses) {
  if (pod.host_network || pod.finished()) return;
  addresses.insert(addresses.end(), pod.addresses.begin(), pod.addresses.end());
}

}  // namespace

// Each pod has a link-local address of IPv6, too, unless the kernel has no IPv6.
std::string bridge_fault(const std::vector<Address>& pods) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    if (passes_bridged(family)) continue;
    if (family == Family::kIpv6 && !std::filesystem::exists("/proc/net/if_inet6")) continue;
    auto routes = nl::Routes::open();
    if (!routes) continue;
    std::size_t looked_up = 0;
    for (const Address& address : pods) {
      if (family == Family::kIpv4 && address.family != family) continue;
      if (++looked_up > kMostRoutes) break;
      if (routes->lead_to_bridge(address).value_or(false)) return fault_of(family);
    }
  }
  return "";
}

std::vector<Address> local_addresses(const ClusterState& cluster, const std::string& node_name) {
  std::vector<Address> addresses;
  for (const auto& [key, pod] : cluster.pods()) {
    if (pod->is_local_to(node_name)) add_addresses(*pod, addresses);
  }
  return addresses;
}

void HostCheck::note(const Change& change) {
  const auto* pod = std::get_if<ObjectChange<Pod>>(&change);
  if (pod == nullptr) return;
  const auto& [before, after] = *pod;
  if (after && after->is_local_to(node_name_)) {
    local_.insert(after->key);
  } else if (before) {
    local_.erase(before->key);
  }
}

HostFaults HostCheck::look(const ClusterState& cluster) const {
  HostFaults faults;
  const auto host = host_addresses();
  bool is_confirmed = false;
  std::vector<Address> addresses;
  for (const auto& key : local_) {
    const auto found = cluster.pods().find(key);
    if (found == cluster.pods().end()) continue;
    is_confirmed = is_confirmed || confirms_node_name(*found->second, node_name_, host);
    add_addresses(*found->second, addresses);
  }
  if (!is_confirmed) {
    const auto other = other_node_name(cluster, node_name_, host);
    if (other) faults.node_name = node_name_fault(node_name_, *other);
  }
  faults.bridge = bridge_fault(addresses);
  return faults;
}

}  // namespace portcullis
