#include "daemon/command/rehearsal.h"

#include <cstdlib>

#include "compiler/engine/incremental_compiler.h"
#include "daemon/files/manifests.h"

namespace portcullis {
namespace {

constexpr const char* kNode = "node";

// Both families, pods and networks as peers, ports that divide the peers, a named egress port.
constexpr const char* kManifests = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default, labels: {app: web}}
spec: {nodeName: node}
status: {phase: Running, podIPs: [{ip: 192.0.2.1}, {ip: '2001:db8::1'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: default, labels: {app: db}}
spec:
  nodeName: node
  containers: [{name: db, ports: [{name: sql, containerPort: 5432}]}]
status: {phase: Running, podIPs: [{ip: 192.0.2.2}, {ip: '2001:db8::2'}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rehearsal, namespace: default}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: db}}}]
    ports: [{port: 80}, {port: 8080, endPort: 8090}]
  - from:
    - ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.128/25]}
    - ipBlock: {cidr: '2001:db8:1::/48'}
    ports: [{port: 443}, {port: 8085, endPort: 8095}]
  - from: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: '2001:db8:2::/48'}}]
  egress:
  - to: [{podSelector: {matchLabels: {app: db}}}]
    ports: [{port: sql}]
  - to: [{ipBlock: {cidr: 198.51.100.0/24}}, {ipBlock: {cidr: '2001:db8:1::/48'}}]
    ports: [{protocol: UDP, port: 53}]
)";

// The pods' interfaces: one routed, one on a bridge.
PodPorts ports() {
  const auto ends = [](const char* ip4, const char* ip6) {
    return std::vector{*parse_address(ip4), *parse_address(ip6)};
  };
  return {{1, "veth-web", "", 1, ends("192.0.2.1", "2001:db8::1")},
          {2, "veth-db", "bridge", 2, ends("192.0.2.2", "2001:db8::2")}};
}

}  // namespace

Ruleset rehearsed_ruleset() {
  const auto file = parse_manifest("built in", kManifests);
  if (!file) std::abort();
  BindingOptions options;
  options.unknown_pods = {.interfaces = {"veth*"}, .blocks = {*parse_cidr("192.0.2.0/24")}};
  IncrementalCompiler compiler(kNode, {}, options);
  compiler.apply(update_of(merge({*file}).objects));
  compiler.set_ports(ports());
  return compiler.ruleset();
}

}  // namespace portcullis
