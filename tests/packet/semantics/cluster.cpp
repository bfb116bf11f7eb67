#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

PodSpec pod(const std::string& ns, const std::string& name) {
  return {.ns = ns,
          .name = name,
          .labels = {{"pod", name}},
          .listens = {tcp(80), tcp(81), udp(80), sctp(80)}};
}

}  // namespace

Topology three_namespaces() {
  return {.namespaces = {{.name = "p", .labels = {{"ns", "p"}}},
                         {.name = "q", .labels = {{"ns", "q"}}},
                         {.name = "r", .labels = {{"ns", "r"}}}},
          .pods = {pod("p", "a"), pod("p", "b"), pod("p", "c"), pod("q", "a"), pod("q", "b"),
                   pod("r", "a")},
          .hosts = {{.name = "internet", .listens = {tcp(80), tcp(81), udp(80), sctp(80)}}}};
}

std::string policy(const std::string& name, const std::string& spec) {
  const auto slash = name.find('/');
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: " +
         name.substr(0, slash) + ", name: " + name.substr(slash + 1) + "}\nspec:" + spec;
}

Topology web_and_client() {
  return {.pods = {{.name = "web", .labels = {{"app", "web"}}, .listens = {tcp(80), tcp(81)}},
                   {.name = "client", .labels = {{"app", "client"}}, .listens = {tcp(80)}}}};
}

std::string web_allows(const std::string& name, const std::string& peers,
                       const std::string& ports) {
  return policy("default/" + name, R"(
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [)" + peers + "], ports: [" +
                                       ports + "]}]\n");
}

const std::string kDenyIngress = policy("default/deny-ingress", R"(
  podSelector: {}
)");

const std::string kDenyEgress = policy("default/deny-egress", R"(
  podSelector: {}
  policyTypes: [Egress]
)");

const std::string kDenyBoth = policy("default/deny-both", R"(
  podSelector: {}
  policyTypes: [Ingress, Egress]
)");

std::string only_with(const std::string& peers) {
  return policy("p/only-with", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: )" + peers +
                                   R"(
  egress:
  - to: )" + peers + "\n");
}

}  // namespace portcullis::test
