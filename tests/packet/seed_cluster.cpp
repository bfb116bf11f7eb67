#include "tests/packet/seed_cluster.h"

namespace portcullis::test {
namespace {

std::vector<PodSpec> default_pods() {
  return {{.name = "frontend",
           .labels = {{"app", "frontend"}, {"role", "frontend"}},
           .listens = {tcp(80)}},
          {.name = "api",
           .labels = {{"app", "api"}},
           .listens = {tcp(8080), tcp(9090), udp(8080), sctp(8080)}},
          {.name = "database",
           .labels = {{"app", "database"}, {"role", "database"}},
           .listens = {tcp(5432), tcp(5433), sctp(5432)}},
          {.name = "web",
           .labels = {{"app", "web"}},
           .listens = {tcp(80), tcp(443), udp(443), sctp(443)}},
          {.name = "backend", .labels = {{"app", "backend"}}, .listens = {tcp(8080), udp(8080)}}};
}

std::vector<PodSpec> other_pods() {
  return {{.ns = "production",
           .name = "api",
           .labels = {{"app", "api"}},
           .listens = {tcp(8080), tcp(9090), sctp(9090)}},
          {.ns = "production",
           .name = "worker",
           .labels = {{"app", "worker"}, {"role", "frontend"}},
           .listens = {tcp(8080), udp(8080)}},
          {.ns = "monitoring", .name = "prometheus", .labels = {{"app", "prometheus"}}},
          {.ns = "monitoring",
           .name = "grafana",
           .labels = {{"app", "grafana"}},
           .listens = {tcp(3000)}},
          {.ns = "kube-system",
           .name = "dns",
           .labels = {{"k8s-app", "kube-dns"}},
           .listens = {udp(53), tcp(53), sctp(53)}},
          {.ns = "kube-system", .name = "cache", .listens = {udp(53), tcp(53)}}};
}

std::vector<HostSpec> outside() {
  const std::vector<Traffic> listens = {tcp(443), tcp(80), udp(53), sctp(443)};
  return {{.name = "office", .listens = listens, .ipv4 = "10.1.0.5"},
          {.name = "forbidden", .listens = listens, .ipv4 = "10.0.0.5"},
          {.name = "lab", .listens = listens, .ipv4 = "192.168.7.7"},
          {.name = "internet", .listens = listens, .ipv4 = "192.0.2.80"}};
}

}  // namespace

Topology seed_cluster() {
  Topology topology{.node_listens = {tcp(10250)},
                    .namespaces = {{.name = "monitoring", .labels = {{"name", "monitoring"}}},
                                   {.name = "production", .labels = {{"name", "production"}}}},
                    .pods = default_pods(),
                    .hosts = outside()};
  for (auto& pod : other_pods()) topology.pods.push_back(std::move(pod));
  return topology;
}

}  // namespace portcullis::test
