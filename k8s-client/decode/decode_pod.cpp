#include <algorithm>
#include <utility>

#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/malformed.h"
#include "k8s-client/decode/name_rules.h"
#include "k8s-client/decode/resource.h"

namespace portcullis::k8s {
namespace {

// The API server reads an empty one as TCP, in containers only.
Protocol decode_container_protocol(const Field& protocol) {
  const auto* text = protocol.missing() ? nullptr : protocol.value()->string();
  return text != nullptr && text->empty() ? Protocol::kTcp : decode_protocol(protocol);
}

// Ports without a name are documentation only: nothing refers to them.
void decode_named_ports(const Field& container, std::vector<NamedPort>& ports) {
  const Field list = container["ports"];
  list.each_item([&](const Field& port) {
    if (!port.require_map() || port["name"].missing()) return;
    const Field number_field = port["containerPort"];
    if (number_field.missing()) number_field.defect("is missing; write the number of the port");
    const auto* name = decode_port_name(port["name"]);
    const auto number = decode_port_number(number_field);
    const auto protocol = decode_container_protocol(port["protocol"]);
    if (name != nullptr && number) ports.push_back({*name, protocol, *number});
  });
}

bool is_sidecar(const Field& container) {
  const auto* restart_policy = container["restartPolicy"].string();
  return restart_policy != nullptr && *restart_policy == "Always";
}

std::vector<NamedPort> decode_ports(const Field& spec) {
  std::vector<NamedPort> ports;
  const Field containers = spec["containers"];
  containers.each_item([&](const Field& container) {
    if (container.require_map()) decode_named_ports(container, ports);
  });
  const Field init_containers = spec["initContainers"];
  init_containers.each_item([&](const Field& container) {
    if (container.require_map() && is_sidecar(container)) decode_named_ports(container, ports);
  });
  return ports;
}

std::vector<Address> sorted_unique(std::vector<Address> addresses) {
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

// Only explanations use them: invalid ones are skipped without further effect.
std::vector<Address> decode_node_addresses(const Field& status) {
  std::vector<Address> addresses;
  const auto add = [&](const Field& field) {
    const auto* text = field.missing() ? nullptr : field.value()->string();
    const auto address = text != nullptr ? parse_address(*text) : Result<Address>();
    if (text != nullptr && address) addresses.push_back(*address);
  };
  add(status["hostIP"]);
  const Field list = status["hostIPs"];
  if (!list.missing() && list.value()->list() != nullptr) {
    list.each_item([&](const Field& item) {
      if (item.value()->map() != nullptr) add(item["ip"]);
    });
  }
  return sorted_unique(std::move(addresses));
}

std::vector<Address> decode_addresses(const Field& status) {
  std::vector<Address> addresses;
  const auto add = [&](const Field& field) {
    if (const auto address = decode_address(field)) addresses.push_back(*address);
  };
  const Field list = status["podIPs"];
  list.each_item([&](const Field& item) {
    if (!item.require_map()) return;
    if (item["ip"].missing()) item.defect("has no address; write {ip: ADDRESS}");
    add(item["ip"]);
  });
  const Field single = status["podIP"];
  const auto* text = single.string();
  if (list.list_size() == 0 && text != nullptr && !text->empty()) add(single);
  return sorted_unique(std::move(addresses));
}

// An unknown phase does not end a pod.
PodPhase decode_phase(const Field& field) {
  static constexpr std::pair<std::string_view, PodPhase> kPhases[] = {
      {"Pending", PodPhase::kPending},
      {"Running", PodPhase::kRunning},
      {"Succeeded", PodPhase::kSucceeded},
      {"Failed", PodPhase::kFailed},
  };
  if (field.missing()) return PodPhase::kPending;
  const auto* name = field.string();
  if (name == nullptr) return PodPhase::kUnknown;
  const auto* phase = std::find_if(std::begin(kPhases), std::end(kPhases),
                                   [&](const auto& entry) { return entry.first == *name; });
  return phase == std::end(kPhases) ? PodPhase::kUnknown : phase->second;
}

// Without a namespace the name is ambiguous: other pods may have it, too.
ObjectKey decode_key(const Field& metadata, const std::string& substitute_name) {
  auto ns = decode_namespace_name(metadata);
  auto name = decode_name(metadata, NameRule::kDnsSubdomain);
  if (!ns) return {"", substitute_name};
  return {std::move(*ns), std::move(name).value_or(substitute_name)};
}

// The addresses of such a pod are its node's. "true" in quotes is a defect, but must not put the
// whole node into quarantine.
bool decode_host_network(const Field& field) {
  if (const auto flag = field.boolean()) return *flag;
  const auto* text = field.missing() ? nullptr : field.value()->string();
  return text != nullptr && lower_case_letters(*text) == "true";
}

// Only the identity of the pod depends on it, so an unusual one is not a defect.
std::uint64_t decode_uid(const Field& metadata) {
  const Field annotations = metadata["annotations"];
  for (const auto& field : {annotations[kMirrorAnnotation], metadata["uid"]}) {
    const auto* text = field.missing() ? nullptr : field.value()->string();
    if (text != nullptr && !text->empty()) return pod_uid(*text);
  }
  return 0;
}

}  // namespace

std::shared_ptr<const Pod> decode_pod(const Field& root, const std::string& origin,
                                      const std::string& substitute_name) {
  const Field metadata = root.section("metadata");
  const Field spec = root.section("spec");
  const Field status = root.section("status");
  auto pod = std::make_shared<Pod>();
  pod->key = decode_key(metadata, substitute_name);
  pod->uid = decode_uid(metadata);
  pod->origin = origin;
  pod->labels = decode_labels(metadata["labels"]);
  pod->created_at = decode_timestamp(metadata["creationTimestamp"]).value_or(0);
  pod->terminating = !metadata["deletionTimestamp"].missing();
  decode_timestamp(metadata["deletionTimestamp"]);
  if (const auto* node_name = spec["nodeName"].string()) pod->node_name = *node_name;
  pod->host_network = decode_host_network(spec["hostNetwork"]);
  pod->ports = decode_ports(spec);
  pod->phase = decode_phase(status["phase"]);
  pod->addresses = decode_addresses(status);
  pod->node_addresses = decode_node_addresses(status);
  if (!root.report().clean()) fail_closed(*pod);
  return pod;
}

}  // namespace portcullis::k8s
