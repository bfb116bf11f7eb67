#include "compiler/explain/address_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portcullis {
namespace {

struct Range {
  std::string_view cidr;
  const char* meaning;
};

constexpr std::array kNotEnds = {
    Range{"127.0.0.0/8", "a loopback address: such packets never leave their pod or node"},
    Range{"::1/128", "the loopback address: such packets never leave their pod or node"},
    Range{"0.0.0.0/8", "the unspecified address, which no pod and no host has"},
    Range{"::/128", "the unspecified address, which no pod and no host has"},
    Range{"224.0.0.0/4", "a multicast address: no single pod receives it"},
    Range{"ff00::/8", "a multicast address: no single pod receives it"},
    Range{"255.255.255.255/32", "the broadcast address: no single pod receives it"},
    Range{"::ffff:0:0/96", "an IPv4 address written as IPv6: write the IPv4 address"},
};

constexpr std::array kServices = {
    std::string_view("10.0.0.0/8"),     std::string_view("172.16.0.0/12"),
    std::string_view("192.168.0.0/16"), std::string_view("100.64.0.0/10"),
    std::string_view("fc00::/7"),
};

bool lies_in(const Address& address, std::string_view cidr) {
  const auto block = parse_cidr(cidr);
  return block && block->contains(address);
}

}  // namespace

Result<Address> parse_end_address(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) return address;
  for (const auto& [cidr, meaning] : kNotEnds) {
    if (!lies_in(*address, cidr)) continue;
    return failure(ErrorCode::kInvalidInput, "\"" + text + "\" is " + meaning);
  }
  return address;
}

bool is_known_node(const ClusterState& cluster, const Address& address) {
  return std::ranges::any_of(cluster.pods(), [&](const auto& entry) {
    const auto& nodes = *entry.second->node_addresses;
    return std::ranges::find(nodes, address) != nodes.end();
  });
}

bool may_be_a_service(const Address& address) {
  return std::ranges::any_of(kServices,
                             [&](std::string_view cidr) { return lies_in(address, cidr); });
}

}  // namespace portcullis
