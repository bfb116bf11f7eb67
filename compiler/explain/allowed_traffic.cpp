#include "compiler/explain/allowed_traffic.h"

#include <algorithm>
#include <array>

#include "compiler/verdict/rule_match.h"

namespace portcullis {
namespace {

constexpr std::uint16_t kLastPort = 65535;

PortSet every_port() {
  PortSet ports;
  for (const auto protocol : kProtocols) ports.push_back(port_interval(protocol, {0, kLastPort}));
  return merge(std::move(ports));
}

// All traffic of TCP, UDP and SCTP, and of the rest.
AllowedTraffic everything() { return {every_port(), true}; }

void add(const PolicyPort& port, const End& destination, PortSet& ports) {
  if (const auto* range = std::get_if<PortRange>(&port.port)) {
    ports.push_back(port_interval(port.protocol, *range));
  } else if (const auto* name = std::get_if<std::string>(&port.port)) {
    const auto number = resolve(*name, port.protocol, destination);
    if (number) ports.push_back(port_interval(port.protocol, {*number, *number}));
  } else {
    ports.push_back(port_interval(port.protocol, {0, kLastPort}));
  }
}

// What the rules that have `far` as a peer allow together.
DirectionTraffic allowed_by_rules(const ClusterState& cluster,
                                  const std::vector<ObjectKey>& policies, bool ingress,
                                  const End& far, const End& destination) {
  DirectionTraffic allowed;
  auto& ports = allowed.traffic.ports;
  for (const auto& key : policies) {
    const auto& policy = *cluster.policies().at(key);
    if (policy.malformed) continue;
    const auto& rules = ingress ? policy.ingress : policy.egress;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!peers_match(cluster, rules[i], key.ns, far)) continue;
      if (rules[i].ports.empty()) return {everything(), {{key, i}}};
      const auto before = ports.size();
      for (const auto& port : rules[i].ports) add(port, destination, ports);
      if (ports.size() > before) allowed.rules.push_back({key, i});
    }
  }
  ports = merge(std::move(ports));
  return allowed;
}

// What the node of one claim of the subject allows. `any` has no port: apart from ports, its
// verdict holds for all traffic.
DirectionTraffic allowed(const ClusterState& cluster, const Connection& any, bool ingress,
                         const End& subject, const End& far) {
  const auto verdict = judge(cluster, any, ingress, subject, far);
  switch (verdict.reason) {
    case Reason::kNoPod:
    case Reason::kItself:
    case Reason::kOwnNode:
    case Reason::kNotIsolated:
      return {everything(), {}};
    case Reason::kMalformed:
    case Reason::kContested:
    case Reason::kQuarantined:
    case Reason::kOverBudget:
      return {};
    case Reason::kRule:
    case Reason::kNoRule:
      break;
  }
  return allowed_by_rules(cluster, verdict.policies, ingress, far, ingress ? subject : far);
}

// Both are canonical, and so is the result.
PortSet intersect(const PortSet& a, const PortSet& b) {
  PortSet common;
  for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();) {
    const auto first = std::max(left->first, right->first);
    const auto last = std::min(left->last, right->last);
    if (first <= last) common.push_back({first, last});
    left->last < right->last ? ++left : ++right;
  }
  return common;
}

AllowedTraffic intersect(const AllowedTraffic& a, const AllowedTraffic& b) {
  return {intersect(a.ports, b.ports), a.others && b.others};
}

// What the nodes of all claims of the subject allow.
DirectionTraffic agreed(const ClusterState& cluster, const Connection& any, bool ingress,
                        const End& subject, const End& far) {
  DirectionTraffic agreed{everything(), {}};
  for (const auto& claim : claims_of(subject)) {
    auto other = allowed(cluster, any, ingress, claim, far);
    agreed.traffic = intersect(agreed.traffic, other.traffic);
    agreed.rules.insert(agreed.rules.end(), other.rules.begin(), other.rules.end());
  }
  return agreed;
}

std::string text_of(const Interval<std::uint32_t>& ports) {
  const auto protocol = to_string(static_cast<Protocol>(ports.first >> 16));
  const auto first = ports.first & kLastPort;
  const auto last = ports.last & kLastPort;
  if (first == 0 && last == kLastPort) return protocol;
  const auto range = std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
  return range + "/" + protocol;
}

}  // namespace

bool AllowedTraffic::everything() const { return *this == portcullis::everything(); }

AllowedTraffic TrafficBetween::both() const {
  return {intersect(egress.traffic.ports, ingress.traffic.ports),
          egress.traffic.others && ingress.traffic.others};
}

TrafficBetween traffic_between(const ClusterState& cluster, const End& source,
                               const End& destination) {
  const Connection any{source.address, destination.address, 0, {}};
  return {agreed(cluster, any, false, source, destination),
          agreed(cluster, any, true, destination, source)};
}

AllowedTraffic allowed_traffic(const ClusterState& cluster, const End& source,
                               const End& destination) {
  return traffic_between(cluster, source, destination).both();
}

std::string to_string(const AllowedTraffic& traffic) {
  if (traffic.everything()) return "all";
  if (traffic.nothing()) return "none";
  std::string text;
  for (const auto& ports : traffic.ports) text += (text.empty() ? "" : ", ") + text_of(ports);
  if (traffic.others) text += text.empty() ? "others" : ", others";
  return text;
}

}  // namespace portcullis
