#include "tests/support/rig/service_text.h"

namespace portcullis::test {
namespace {

constexpr const char* kNatChains = R"(*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
)";

constexpr const char* kChainsOfService = R"(:KUBE-SVC-<name> - [0:0]
:KUBE-EXT-<name> - [0:0]
:KUBE-SEP-<name> - [0:0]
)";

constexpr const char* kNatRules = R"(-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
)";

constexpr const char* kClusterIp = R"(
-A KUBE-SERVICES -d <cluster-ip> -p <protocol> --dport <port> -j KUBE-SVC-<name>
-A KUBE-SVC-<name> ! -s <pods> -d <cluster-ip> -p <protocol> --dport <port> -j KUBE-MARK-MASQ
-A KUBE-SVC-<name> -j KUBE-SEP-<name>
-A KUBE-SEP-<name> -s <pod> -j KUBE-MARK-MASQ
-A KUBE-SEP-<name> -p <protocol> -j DNAT --to-destination <target>
)";

constexpr const char* kNodePort = R"(
-A KUBE-NODEPORTS -p <protocol> --dport <node-port> -j KUBE-EXT-<name>
)";

constexpr const char* kExternalCluster = R"(
-A KUBE-EXT-<name> -j KUBE-MARK-MASQ
-A KUBE-EXT-<name> -j KUBE-SVC-<name>
)";

constexpr const char* kExternalLocal = R"(
-A KUBE-EXT-<name> -s <pods> -j KUBE-SVC-<name>
-A KUBE-EXT-<name> -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
-A KUBE-EXT-<name> -m addrtype --src-type LOCAL -j KUBE-SVC-<name>
)";

constexpr const char* kExternalHere = R"(
-A KUBE-EXT-<name> -j KUBE-SEP-<name>
)";

// After the cluster IPs, as a node's own address may be one.
constexpr const char* kNatEnd = R"(
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
)";

// kube-proxy accepts only what it has marked itself; policies must still apply.
constexpr const char* kFilter = R"(*filter
:KUBE-FORWARD - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
-A FORWARD -j KUBE-FORWARD
-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
)";

constexpr const char* kNobodyHere = R"(
-A KUBE-EXTERNAL-SERVICES -p <protocol> -m addrtype --dst-type LOCAL --dport <node-port> -j DROP
)";

constexpr ServiceRules kRules = {kClusterIp, kExternalCluster, kExternalLocal, kExternalHere,
                                 kNodePort};

}  // namespace

std::string iptables_rules(const std::vector<Service>& services, const ProxyNode& node) {
  std::string chains = kNatChains;
  std::string rules = kNatRules;
  std::string filter = kFilter;
  for (const auto& service : services) {
    const Blanks blanks = blanks_of(service, node);
    chains += fill_in(kChainsOfService, blanks);
    rules += rules_of(service, node, kRules);
    if (drops_from_outside(service, node)) filter += fill_in(kNobodyHere, blanks);
  }
  return chains + rules + kNatEnd + filter + "COMMIT\n";
}

}  // namespace portcullis::test
