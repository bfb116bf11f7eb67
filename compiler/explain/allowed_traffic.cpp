#include "compiler/explain/allowed_traffic.h"

#include <algorithm>
#include <array>
#include <set>

#include "compiler/evaluate.h"
#include "compiler/rule_match.h"

namespace portcullis {
namespace {

constexpr std::array kProtocols = {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp};
constexpr std::uint16_t kLastPort = 65535;

PortSet every_port() {
  PortSet ports;
  for (const auto protocol : kProtocols) ports.push_back(port_interval(protocol, {0, kLastPort}));
  return merge(std::move(ports));
}

// Where verdicts may change: between two neighbouring boundaries of a protocol all ports are alike.
class Boundaries {
 public:
  Boundaries() {
    for (const auto protocol : kProtocols) add(protocol, {0, kLastPort});
  }

  void add(const PolicyRule& rule, const End& destination) {
    for (const auto& port : rule.ports) {
      if (const auto* range = std::get_if<PortRange>(&port.port)) add(port.protocol, *range);
      const auto* name = std::get_if<std::string>(&port.port);
      const auto number = name != nullptr ? resolve(*name, port.protocol, destination)
                                          : std::optional<std::uint16_t>();
      if (number) add(port.protocol, {*number, *number});
    }
  }

  PortSet intervals() const {
    PortSet intervals;
    for (auto at = values_.begin(); at != values_.end(); ++at) {
      const auto next = std::next(at);
      const auto last = *at | kLastPort;  // of the protocol
      intervals.push_back({*at, next == values_.end() ? last : std::min(last, *next - 1)});
    }
    return intervals;
  }

 private:
  void add(Protocol protocol, PortRange range) {
    const auto interval = port_interval(protocol, range);
    values_.insert(interval.first);
    if (range.last != kLastPort) values_.insert(interval.last + 1);
  }

  std::set<std::uint32_t> values_;
};

Boundaries boundaries(const ClusterState& cluster, const Evaluation& evaluation,
                      const End& destination) {
  Boundaries found;
  for (const auto& key : evaluation.egress.policies) {
    for (const auto& rule : cluster.policies().at(key)->egress) found.add(rule, destination);
  }
  for (const auto& key : evaluation.ingress.policies) {
    for (const auto& rule : cluster.policies().at(key)->ingress) found.add(rule, destination);
  }
  return found;
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

bool AllowedTraffic::everything() const { return others && ports == every_port(); }

AllowedTraffic allowed_traffic(const ClusterState& cluster, const End& source,
                               const End& destination) {
  const bool is_ipv4 = destination.address.family == Family::kIpv4;
  Connection connection{source.address, destination.address, is_ipv4 ? kIcmp : kIcmpv6, {}};
  const auto without_port = evaluate(cluster, connection, source, destination);
  AllowedTraffic traffic;
  traffic.others = without_port.allowed();
  for (const auto& ports : boundaries(cluster, without_port, destination).intervals()) {
    connection.protocol = static_cast<std::uint8_t>(ports.first >> 16);
    connection.port = static_cast<std::uint16_t>(ports.first & kLastPort);
    if (evaluate(cluster, connection, source, destination).allowed()) {
      traffic.ports.push_back(ports);
    }
  }
  traffic.ports = merge(std::move(traffic.ports));
  return traffic;
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
