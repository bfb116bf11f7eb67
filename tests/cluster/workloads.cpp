#include "tests/cluster/workloads.h"

#include <nlohmann/json.hpp>

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

Json labels_of(const Workload& workload) {
  return workload.ns == "kube-system" ? Json{{"k8s-app", workload.app}}
                                      : Json{{"app", workload.app}};
}

// The object's head, to which a spec is appended.
Json object(const char* version, const char* kind, const Workload& workload, const Json& spec) {
  return {{"apiVersion", version},
          {"kind", kind},
          {"metadata", {{"namespace", workload.ns}, {"name", workload.app}}},
          {"spec", spec}};
}

Json command_of_server() {
  Json command = {"workload-server"};
  for (const int port : tcp_ports()) command.push_back(std::to_string(port));
  return command;
}

Json deployment(const Workload& workload) {
  const Json container = {
      {"name", "main"}, {"image", "localhost/workload:test"}, {"command", command_of_server()}};
  const Json pod = {
      {"metadata", {{"labels", labels_of(workload)}}},
      {"spec",
       {{"containers", {container}},
        {"nodeSelector", {{"kubernetes.io/hostname", "node-" + std::to_string(workload.node)}}},
        {"dnsPolicy", "Default"},
        {"terminationGracePeriodSeconds", 0}}}};
  return object("apps/v1", "Deployment", workload,
                {{"selector", {{"matchLabels", labels_of(workload)}}}, {"template", pod}});
}

Json service(const Workload& workload) {
  Json ports = {{{"name", "dns"}, {"protocol", "UDP"}, {"port", kDnsPort}}};
  for (const int port : tcp_ports()) {
    ports.push_back({{"name", "tcp-" + std::to_string(port)}, {"port", port}});
  }
  return object("v1", "Service", workload,
                {{"selector", labels_of(workload)},
                 {"ports", ports},
                 {"ipFamilyPolicy", "RequireDualStack"}});
}

Json ns(const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", {{"name", name}, {"labels", {{"name", name}}}}}};
}

}  // namespace

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> kAll = {
      {"default", "frontend", 1},      {"default", "api", 2},    {"default", "database", 1},
      {"default", "backend", 2},       {"default", "web", 1},    {"production", "api", 1},
      {"monitoring", "prometheus", 2}, {"monitoring", "web", 1}, {"kube-system", "kube-dns", 2},
  };
  return kAll;
}

const std::vector<int>& tcp_ports() {
  static const std::vector<int> kAll = {443, 5432, 8080, 9090};
  return kAll;
}

std::string manifests_of_workloads() {
  Json items = {ns("production"), ns("monitoring")};
  for (const auto& workload : workloads()) {
    items.push_back(deployment(workload));
    items.push_back(service(workload));
  }
  return Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", items}}.dump();
}

}  // namespace portcullis::test
