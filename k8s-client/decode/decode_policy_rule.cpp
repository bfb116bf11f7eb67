#include "k8s-client/decode/decode_object.h"

namespace portcullis::k8s {
namespace {

// The end of a range, which must begin with a number.
PortRange decode_range(const Field& end_port, std::uint16_t first) {
  const auto last = end_port.missing() ? first : decode_port_number(end_port);
  if (last && *last < first) {
    end_port.defect(std::to_string(*last) + " is below port " + std::to_string(first) +
                    "; write the last port of the range");
  }
  return {first, last.value_or(first)};
}

PolicyPort decode_policy_port(const Field& item) {
  item.require_only({"protocol", "port", "endPort"});
  PolicyPort result{decode_protocol(item["protocol"]), EveryPort{}};
  const Field port = item["port"];
  const Field end_port = item["endPort"];
  const bool is_number = !port.missing() && port.value()->string() == nullptr;
  if (is_number) {
    if (const auto first = decode_port_number(port)) result.port = decode_range(end_port, *first);
    return result;
  }
  if (!end_port.missing()) end_port.defect("needs a port that is a number");
  if (const auto* name = decode_port_name(port)) result.port = *name;
  return result;
}

// Older API servers stored exceptions as large as their block or larger: nothing remains.
IpBlock decode_ip_block(const Field& block) {
  if (!block.require_map()) return {};
  block.require_only({"cidr", "except"});
  const Field cidr_field = block["cidr"];
  if (cidr_field.missing()) cidr_field.defect("is missing; write a block such as 10.0.0.0/8");
  const auto cidr = decode_cidr(cidr_field);
  IpBlock result{cidr.value_or(Cidr{}), {}};
  const Field except = block["except"];
  except.each_item([&](const Field& item) {
    const auto hole = decode_cidr(item);
    if (!hole || !cidr) return;
    if (!cidr->contains(*hole) && !hole->contains(*cidr)) {
      item.defect(to_string(*hole) + " is outside of " + to_string(*cidr) +
                  "; an exception must be a smaller block within cidr");
    }
    result.except.push_back(hole->contains(*cidr) ? *cidr : *hole);
  });
  return result;
}

PodPeer decode_pod_peer(const Field& pods, const Field& namespaces) {
  PodPeer peer;
  if (!namespaces.missing()) peer.namespaces = decode_selector(namespaces);
  peer.pods = decode_selector(pods).value_or(LabelSelector());
  return peer;
}

PolicyPeer decode_peer(const Field& item) {
  item.require_only({"podSelector", "namespaceSelector", "ipBlock"});
  const Field block = item["ipBlock"];
  const Field pods = item["podSelector"];
  const Field namespaces = item["namespaceSelector"];
  const bool has_selector = !pods.missing() || !namespaces.missing();
  if (block.missing()) {
    if (!has_selector) item.defect("names no peer; add podSelector, namespaceSelector or ipBlock");
    return decode_pod_peer(pods, namespaces);
  }
  if (has_selector) {
    item.defect("has an ipBlock and a selector; make two items of them, either of which allows");
  }
  return decode_ip_block(block);
}

PolicyRule decode_rule(const Field& item, std::string_view peers_key) {
  item.require_only({"ports", peers_key});
  PolicyRule rule;
  const Field ports = item["ports"];
  ports.each_item([&](const Field& port) {
    if (port.require_map()) rule.ports.push_back(decode_policy_port(port));
  });
  const Field peers = item[peers_key];
  peers.each_item([&](const Field& peer) {
    if (peer.require_map()) rule.peers.push_back(decode_peer(peer));
  });
  return rule;
}

}  // namespace

std::vector<PolicyRule> decode_policy_rules(const Field& rules, std::string_view peers) {
  std::vector<PolicyRule> result;
  rules.each_item([&](const Field& item) {
    if (item.require_map()) result.push_back(decode_rule(item, peers));
  });
  return result;
}

}  // namespace portcullis::k8s
