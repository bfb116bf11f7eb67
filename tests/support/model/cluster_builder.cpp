#include "tests/support/model/cluster_builder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace portcullis::test {
namespace {

[[noreturn]] void unreadable(std::string_view text) {
  std::fprintf(stderr, "a test has text that cannot be read: %.*s\n", static_cast<int>(text.size()),
               text.data());
  std::abort();
}

// "a,b" -> {"a", "b"}; "" -> {}
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Requirement requirement(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    if (text.starts_with('!')) return {std::string(text.substr(1)), Operator::kDoesNotExist, {}};
    return {std::string(text), Operator::kExists, {}};
  }
  const bool negated = equals != 0 && text[equals - 1] == '!';
  return {std::string(text.substr(0, equals - (negated ? 1 : 0))),
          negated ? Operator::kNotIn : Operator::kIn,
          {std::string(text.substr(equals + 1))}};
}

}  // namespace

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  if (!parsed) unreadable(text);
  return *parsed;
}

Cidr cidr(std::string_view text) {
  const auto parsed = parse_cidr(text);
  if (!parsed) unreadable(text);
  return *parsed;
}

ObjectKey key(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) unreadable(text);
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

Labels labels(std::string_view text) {
  Labels labels;
  for (const auto part : split(text, ',')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) unreadable(text);
    labels[std::string(part.substr(0, equals))] = part.substr(equals + 1);
  }
  return labels;
}

LabelSelector selector(std::string_view text) {
  std::vector<Requirement> requirements;
  for (const auto part : split(text, ',')) requirements.push_back(requirement(part));
  return LabelSelector(std::move(requirements));
}

PodBuilder::PodBuilder(std::string_view key, std::string_view addresses) {
  pod_.key = test::key(key);
  pod_.node_name = "n1";
  pod_.phase = PodPhase::kRunning;
  for (const auto part : split(addresses, ' ')) pod_.addresses.push_back(address(part));
  std::sort(pod_.addresses.begin(), pod_.addresses.end());
}

PodBuilder& PodBuilder::uid(std::string_view text) {
  pod_.uid = pod_uid(text);
  return *this;
}

PodBuilder& PodBuilder::labels(std::string_view text) {
  pod_.labels = test::labels(text);
  return *this;
}

PodBuilder& PodBuilder::on(std::string_view node) {
  pod_.node_name = std::string(node);
  return *this;
}

PodBuilder& PodBuilder::port(std::string_view name, std::uint16_t number, Protocol protocol) {
  auto ports = *pod_.ports;
  ports.push_back({std::string(name), protocol, number});
  pod_.ports = std::move(ports);
  return *this;
}

PodBuilder& PodBuilder::phase(PodPhase phase) {
  pod_.phase = phase;
  return *this;
}

PodBuilder& PodBuilder::created_at(std::int64_t seconds) {
  pod_.created_at = seconds;
  return *this;
}

PodBuilder& PodBuilder::from(std::string_view origin) {
  pod_.origin = std::string(origin);
  return *this;
}

PodBuilder& PodBuilder::terminating() {
  pod_.terminating = true;
  return *this;
}

PodBuilder& PodBuilder::host_network() {
  pod_.host_network = true;
  return *this;
}

PodBuilder& PodBuilder::malformed() {
  pod_.malformed = true;
  return *this;
}

PodBuilder::operator Event() const { return PodEvent{pod_.key, std::make_shared<const Pod>(pod_)}; }

RuleBuilder& RuleBuilder::range(Protocol protocol, std::uint16_t first, std::uint16_t last) {
  return add_port(protocol, PortRange{first, last});
}

RuleBuilder& RuleBuilder::every_port(Protocol protocol) { return add_port(protocol, EveryPort{}); }

RuleBuilder& RuleBuilder::named(std::string_view name, Protocol protocol) {
  return add_port(protocol, std::string(name));
}

RuleBuilder& RuleBuilder::add_port(Protocol protocol, decltype(PolicyPort::port) port) {
  auto& added = rule_.ports.emplace_back();
  added.protocol = protocol;
  added.port = std::move(port);
  return *this;
}

RuleBuilder from(std::vector<PolicyPeer> peers) { return RuleBuilder(std::move(peers)); }
RuleBuilder to(std::vector<PolicyPeer> peers) { return RuleBuilder(std::move(peers)); }

PolicyPeer pods(std::string_view pods) { return PodPeer{std::nullopt, selector(pods)}; }

PolicyPeer pods_in(std::string_view namespaces, std::string_view pods) {
  return PodPeer{selector(namespaces), selector(pods)};
}

PolicyPeer block(std::string_view text, const std::vector<std::string_view>& except) {
  IpBlock block{cidr(text), {}};
  for (const auto each : except) block.except.push_back(cidr(each));
  return block;
}

PolicyBuilder::PolicyBuilder(std::string_view key, std::string_view pod_selector) {
  policy_.key = test::key(key);
  policy_.pod_selector = selector(pod_selector);
}

PolicyBuilder& PolicyBuilder::ingress(std::vector<PolicyRule> rules) {
  policy_.isolates_ingress = true;
  policy_.ingress = std::move(rules);
  return *this;
}

PolicyBuilder& PolicyBuilder::egress(std::vector<PolicyRule> rules) {
  policy_.isolates_egress = true;
  policy_.egress = std::move(rules);
  return *this;
}

PolicyBuilder& PolicyBuilder::malformed() {
  policy_.malformed = true;
  return *this;
}

PolicyBuilder::operator Event() const {
  return PolicyEvent{policy_.key, std::make_shared<const NetworkPolicy>(policy_)};
}

PodBuilder pod(std::string_view key, std::string_view addresses) { return {key, addresses}; }

PolicyBuilder policy(std::string_view key, std::string_view pod_selector) {
  return {key, pod_selector};
}

Event ns(std::string_view name, std::string_view text) {
  Namespace ns{std::string(name), "", labels(text), false};
  ns.labels["kubernetes.io/metadata.name"] = ns.name;
  return NamespaceEvent{{"", ns.name}, std::make_shared<const Namespace>(ns)};
}

ClusterState cluster(const std::vector<Event>& events) {
  ClusterState state;
  for (const auto& event : events) state.apply(event);
  return state;
}

}  // namespace portcullis::test
