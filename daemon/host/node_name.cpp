#include "daemon/host/node_name.h"

#include <ifaddrs.h>
#include <limits.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace portcullis {
namespace {

Address address_of(const std::uint8_t* bytes, Family family) {
  Address address{family, 0};
  for (int i = 0; i < bits(family) / 8; ++i) address.value = address.value << 8U | bytes[i];
  return address;
}

std::optional<Address> address_of(const sockaddr* name) {
  if (name == nullptr) return std::nullopt;
  if (name->sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in*>(name)->sin_addr;
    return address_of(reinterpret_cast<const std::uint8_t*>(&in), Family::kIpv4);
  }
  if (name->sa_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6*>(name)->sin6_addr;
    return address_of(static_cast<const std::uint8_t*>(in.s6_addr), Family::kIpv6);
  }
  return std::nullopt;
}

// Every host has these.
bool tells_hosts_apart(const Address& address) {
  static const auto kCommon = [] {
    std::vector<Cidr> common;
    for (const auto* text : {"127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"}) {
      if (const auto cidr = parse_cidr(text)) common.push_back(*cidr);
    }
    return common;
  }();
  return std::ranges::none_of(kCommon, [&](const Cidr& cidr) { return cidr.contains(address); });
}

bool is_on(const Pod& pod, const std::vector<Address>& host_addresses) {
  return std::ranges::any_of(*pod.node_addresses, [&](const Address& address) {
    return std::ranges::binary_search(host_addresses, address);
  });
}

}  // namespace

std::string default_node_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  std::string lower = name.data();
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::vector<Address> host_addresses() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(first, &freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    const auto address = address_of(each->ifa_addr);
    if (address && tells_hosts_apart(*address)) addresses.push_back(*address);
  }
  std::ranges::sort(addresses);
  return addresses;
}

bool confirms_node_name(const Pod& pod, const std::string& node_name,
                        const std::vector<Address>& host_addresses) {
  return *pod.node_name == node_name && !pod.finished() &&
         (pod.node_addresses->empty() || is_on(pod, host_addresses));
}

std::optional<std::string> other_node_name(const ClusterState& cluster,
                                           const std::string& node_name,
                                           const std::vector<Address>& host_addresses) {
  for (const auto& [key, pod] : cluster.pods()) {
    if (pod->node_name->empty() || *pod->node_name == node_name || pod->finished()) continue;
    if (is_on(*pod, host_addresses)) return *pod->node_name;
  }
  return std::nullopt;
}

std::string node_name_fault(const std::string& node_name, const std::string& other) {
  return "the cluster calls this host \"" + other + "\", not \"" + node_name +
         "\": set --node-name " + other;
}

}  // namespace portcullis
