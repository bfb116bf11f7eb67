#include "tests/support/rig/service_text.h"

namespace portcullis::test {
namespace {

constexpr const char* kTable = R"(
add table <ip> kube-proxy
delete table <ip> kube-proxy
table <ip> kube-proxy {
  set nodeport-ips {
    type <type>
    elements = { <node> }
  }
  map service-ips {
    type <type> . inet_proto . inet_service : verdict
  }
  map service-nodeports {
    type inet_proto . inet_service : verdict
  }
  map no-endpoint-nodeports {
    type inet_proto . inet_service : verdict
  }
  chain nat-prerouting {
    type nat hook prerouting priority dstnat
    jump services
  }
  chain nat-output {
    type nat hook output priority -100
    jump services
  }
  chain nat-postrouting {
    type nat hook postrouting priority srcnat
    jump masquerading
  }
  chain filter-input {
    type filter hook input priority -110
    ct state new <ip> daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
  }
  chain services {
    <ip> daddr . meta l4proto . th dport vmap @service-ips
    <ip> daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain mark-for-masquerade {
    meta mark set meta mark or 0x4000
  }
  chain masquerading {
    meta mark and 0x4000 == 0 return
    meta mark set meta mark xor 0x4000
    masquerade fully-random
  }
}
)";

constexpr const char* kClusterIp = R"(
table <ip> kube-proxy {
  chain endpoint-<name> {
    <ip> saddr <pod> jump mark-for-masquerade
    meta l4proto <protocol> dnat to <target>
  }
  chain service-<name> {
    <ip> daddr <cluster-ip> <protocol> dport <port> <ip> saddr != <pods> jump mark-for-masquerade
    goto endpoint-<name>
  }
}
add element <ip> kube-proxy service-ips { <cluster-ip> . <protocol> . <port> : goto service-<name> }
)";

constexpr const char* kExternalCluster = R"(
table <ip> kube-proxy {
  chain external-<name> {
    jump mark-for-masquerade
    goto service-<name>
  }
}
)";

constexpr const char* kExternalLocal = R"(
table <ip> kube-proxy {
  chain external-<name> {
    <ip> saddr <pods> goto service-<name>
    fib saddr type local jump mark-for-masquerade
    fib saddr type local goto service-<name>
  }
}
)";

constexpr const char* kExternalHere = R"(
add rule <ip> kube-proxy external-<name> goto endpoint-<name>
)";

constexpr const char* kNodePort = R"(
add element <ip> kube-proxy service-nodeports { <protocol> . <node-port> : goto external-<name> }
)";

constexpr const char* kNobodyHere = R"(
add element <ip> kube-proxy no-endpoint-nodeports { <protocol> . <node-port> : drop }
)";

constexpr ServiceRules kRules = {kClusterIp, kExternalCluster, kExternalLocal, kExternalHere,
                                 kNodePort};

}  // namespace

std::string nftables_rules(const std::vector<Service>& services, const ProxyNode& node) {
  const bool v4 = node.address.family == Family::kIpv4;
  const Blanks words = {{"ip", v4 ? "ip" : "ip6"},
                        {"type", v4 ? "ipv4_addr" : "ipv6_addr"},
                        {"node", to_string(node.address)}};
  std::string text = kTable;
  for (const auto& service : services) {
    text += rules_of(service, node, kRules);
    if (drops_from_outside(service, node)) text += fill_in(kNobodyHere, blanks_of(service, node));
  }
  return fill_in(text, words);
}

}  // namespace portcullis::test
