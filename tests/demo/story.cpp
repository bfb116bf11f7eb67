#include "tests/demo/story.h"

namespace portcullis::demo {
namespace {

using test::Endpoint;
using test::Flow;
using test::tcp;
using test::udp;

// Never filtered: a pod to itself, and a pod and its own node to each other.
bool always_allowed(const Flow& flow) {
  return &flow.from == &flow.to || flow.from.is_node() || flow.to.is_node();
}

bool from(const Flow& flow, const char* name) { return flow.from.name == name; }
bool to(const Flow& flow, const char* name) { return flow.to.name == name; }

bool inside(const Flow& flow, const Endpoint& end, const char* cidr) {
  return parse_cidr(cidr)->contains(end.address(flow.family));
}

bool api_policy(const Flow& flow) {
  const bool out = !from(flow, "default/api") ||
                   (to(flow, "default/database") && flow.traffic == tcp(5432)) ||
                   (to(flow, "kube-system/dns") && flow.traffic == udp(53));
  const bool in =
      !to(flow, "default/api") || (from(flow, "default/frontend") && flow.traffic == tcp(8080));
  return out && in;
}

bool monitoring(const Flow& flow) {
  return !to(flow, "production/api") ||
         (from(flow, "monitoring/prometheus") && flow.traffic == tcp(9090));
}

bool external(const Flow& flow) {
  return !to(flow, "default/web") ||
         (inside(flow, flow.from, "10.0.0.0/8") && !inside(flow, flow.from, "10.0.0.0/24"));
}

bool restricted_egress(const Flow& flow) {
  return !from(flow, "default/backend") || inside(flow, flow.to, "10.0.0.0/8") ||
         (to(flow, "internet") && flow.family == Family::kIpv4 && flow.traffic == tcp(443));
}

}  // namespace

test::Topology topology() {
  test::Topology topology;
  topology.namespaces = {{"default", {}},
                         {"production", {}},
                         {"kube-system", {}},
                         {"monitoring", {{"name", "monitoring"}}}};
  const auto pod = [&](const char* ns, const char* name, Labels labels,
                       std::vector<test::Traffic> listens) {
    test::PodSpec spec;
    spec.ns = ns;
    spec.name = name;
    spec.labels = std::move(labels);
    spec.listens = std::move(listens);
    topology.pods.push_back(std::move(spec));
  };
  pod("default", "frontend", {{"app", "frontend"}}, {});
  pod("default", "api", {{"app", "api"}}, {tcp(8080)});
  pod("default", "database", {{"app", "database"}}, {tcp(5432)});
  pod("default", "web", {{"app", "web"}}, {tcp(443)});
  pod("default", "backend", {{"app", "backend"}}, {});
  pod("kube-system", "dns", {{"k8s-app", "kube-dns"}}, {udp(53)});
  pod("production", "api", {{"app", "api"}}, {tcp(9090)});
  pod("production", "worker", {{"app", "worker"}}, {});
  pod("monitoring", "prometheus", {{"app", "prometheus"}}, {});
  topology.hosts = {{"office", {tcp(443)}, "", "10.1.2.3", ""},
                    {"lab", {}, "", "10.0.0.9", ""},
                    {"internet", {tcp(443), tcp(80)}, "", "198.51.100.7", ""}};
  return topology;
}

std::vector<Chapter> chapters() {
  return {
      {"default-deny-ingress", "Default deny, ingress", "nobody reaches the pods of `default`",
       [](const Flow& flow) { return flow.to.ns != "default"; }},
      {"default-deny-egress", "Default deny, egress", "the pods of `default` reach nobody",
       [](const Flow& flow) { return flow.from.ns != "default"; }},
      {"api-policy", "Frontend to api, api to database and DNS",
       "api answers only frontend on 8080, and asks only database and the name server", api_policy},
      {"allow-from-monitoring", "Monitoring across namespaces",
       "production/api answers only prometheus of the namespace labelled name=monitoring",
       monitoring},
      {"allow-external", "An outside network, with an exception",
       "web answers 10.0.0.0/8 (pods live there too) but not 10.0.0.0/24, where lab is; IPv6 is "
       "not mentioned, so not allowed",
       external},
      {"deny-from-other-namespaces", "Namespace isolation",
       "the pods of `production` answer only pods of `production`",
       [](const Flow& flow) { return flow.to.ns != "production" || flow.from.ns == "production"; }},
      {"restrict-egress", "Restricted egress",
       "backend reaches all of 10.0.0.0/8, and the rest of the world only by HTTPS over IPv4",
       restricted_egress},
  };
}

std::vector<test::Probe> probes(const test::Playground& playground,
                                const std::function<bool(const Flow&)>& allowed) {
  std::vector<test::Probe> probes;
  for (const auto& source : playground.endpoints()) {
    for (const auto& destination : playground.endpoints()) {
      for (const auto& traffic : destination.listens) {
        for (const auto family : {Family::kIpv4, Family::kIpv6}) {
          const Flow flow{source, destination, traffic, family};
          const bool open = always_allowed(flow) || allowed(flow);
          probes.push_back({source.name,
                            destination.name,
                            traffic,
                            family,
                            open ? test::Outcome::kAllowed : test::Outcome::kDenied,
                            {}});
        }
      }
    }
  }
  return probes;
}

}  // namespace portcullis::demo
