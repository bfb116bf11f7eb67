#include "tests/property/generators.h"

#include <algorithm>
#include <memory>
#include <set>

#include "tests/support/manifest/writer.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kLastPort = 65535;

using rc::gen::element;
using rc::gen::exec;
using rc::gen::inRange;

bool one_in(int n) { return *inRange(0, n) == 0; }

template <class T>
std::vector<T> some(int most, const rc::Gen<T>& gen) {
  return *rc::gen::container<std::vector<T>>(static_cast<std::size_t>(*inRange(0, most + 1)), gen);
}

std::string namespace_name() { return *element<std::string>("a", "b", "c"); }

// 10.0.0.<low> or fd00::<low>
Address numbered(Family family, int low) {
  const auto base =
      family == Family::kIpv4 ? AddressValue{0x0a000000} : AddressValue{0xfd00} << 112;
  return {family, base + static_cast<AddressValue>(low)};
}

Family family() { return *element(Family::kIpv4, Family::kIpv6); }

// Of pods: 10.0.0.0..7 and fd00::0..7. Nodes have 8 and 9, like neighbours of the pods.
Address address() { return numbered(family(), *inRange(0, 8)); }

std::vector<Address> node_addresses(const std::string& node) {
  const int low = node == kNodes[0] ? 8 : 9;
  return {numbered(Family::kIpv4, low), numbered(Family::kIpv6, low)};
}

Cidr block_within(const Cidr& outer, int shortest_length) {
  const int width = bits(outer.base.family);
  const int length = *inRange(std::max(shortest_length, width - 4), width + 1);
  const auto host = (AddressValue{1} << (width - outer.prefix_length)) - 1;
  const auto value = outer.base.value | (address().value & host);
  const auto mask = ~((AddressValue{1} << (width - length)) - 1);
  return {{outer.base.family, value & mask}, length};
}

IpBlock ip_block() {
  const auto base = address();
  const int width = bits(base.family);
  if (one_in(6)) return {{{base.family, 0}, 0}, {}};
  const Cidr cidr{{base.family, base.value & ~AddressValue{15}}, width - 4};
  IpBlock block{block_within(cidr, cidr.prefix_length), {}};
  const int longer = block.cidr.prefix_length + 1;
  if (longer > width) return block;
  block.except = some<Cidr>(2, exec([=] { return block_within(block.cidr, longer); }));
  return block;
}

Protocol protocol() {
  return *element(Protocol::kTcp, Protocol::kTcp, Protocol::kUdp, Protocol::kSctp);
}

std::uint16_t port_number() { return *element<std::uint16_t>(1, 2, 3, kLastPort); }

PolicyPort policy_port() {
  PolicyPort port{protocol(), EveryPort{}};
  const auto first = port_number();
  switch (*inRange(0, 4)) {
    case 0:
      break;
    case 1:
      port.port = *element<std::string>("web", "dns");
      break;
    case 2:
      port.port = PortRange{first, std::max(first, *element<std::uint16_t>(2, 3, 4, kLastPort))};
      break;
    default:
      port.port = PortRange{first, first};
  }
  return port;
}

PolicyPeer policy_peer() {
  if (one_in(3)) return ip_block();
  return *pod_peer();
}

PolicyRule policy_rule() {
  return {some<PolicyPort>(2, exec(policy_port)), some<PolicyPeer>(2, exec(policy_peer))};
}

// Of a label that few pods have in common.
std::string own_value() { return std::to_string(*inRange(0, 8)); }

// More values than a label index looks for one by one.
Requirement one_of_many() {
  std::set<std::string> values;
  for (int i = 0; i < 40; ++i) values.insert(std::to_string(i));
  return {"pod", Operator::kIn, {values.begin(), values.end()}};
}

Requirement requirement() {
  if (one_in(10)) return one_of_many();
  Requirement requirement{
      *element<std::string>("app", "tier", "pod"),
      *element(Operator::kIn, Operator::kNotIn, Operator::kExists, Operator::kDoesNotExist),
      {}};
  if (requirement.op == Operator::kIn || requirement.op == Operator::kNotIn) {
    const bool own = requirement.key == "pod";
    requirement.values.push_back(own ? own_value() : *element<std::string>("x", "y"));
    if (one_in(3)) requirement.values.push_back("z");
  }
  return requirement;
}

NamedPort named_port() { return {*element<std::string>("web", "dns"), protocol(), port_number()}; }

Namespace namespace_object() {
  Namespace ns{namespace_name(), "", *labels(), one_in(8)};
  ns.labels["kubernetes.io/metadata.name"] = ns.name;
  if (ns.malformed) ns.labels.clear();
  return ns;
}

Event event() {
  switch (*inRange(0, 8)) {
    case 0: {
      const auto ns = namespace_object();
      return NamespaceEvent{{"", ns.name}, std::make_shared<const Namespace>(ns)};
    }
    case 1:
    case 2:
    case 3: {
      const auto object = *policy();
      return PolicyEvent{object.key, std::make_shared<const NetworkPolicy>(object)};
    }
    default: {
      const auto object = *pod();
      return PodEvent{object.key, std::make_shared<const Pod>(object)};
    }
  }
}

}  // namespace

rc::Gen<Labels> labels() {
  return exec([] {
    Labels labels;
    for (const auto* key : {"app", "tier"}) {
      if (!one_in(3)) labels[key] = *element<std::string>("x", "y", "z");
    }
    if (one_in(2)) labels["pod"] = own_value();
    return labels;
  });
}

rc::Gen<LabelSelector> selector() {
  return exec([] { return LabelSelector(some<Requirement>(2, exec(requirement))); });
}

rc::Gen<PodPeer> pod_peer() {
  return exec([] {
    PodPeer peer;
    if (one_in(2)) peer.namespaces = *selector();
    peer.pods = *selector();
    return peer;
  });
}

rc::Gen<NetworkPolicy> policy() {
  return exec([] {
    NetworkPolicy policy;
    policy.key = {namespace_name(), *element<std::string>("p", "q", "r", "s")};
    policy.pod_selector = one_in(3) ? LabelSelector() : *selector();
    const int types = *inRange(1, 4);  // at least one: the API server defaults none
    policy.isolates_ingress = (types & 1) != 0;
    policy.isolates_egress = (types & 2) != 0;
    policy.malformed = one_in(12);
    if (policy.malformed) return policy;
    policy.ingress = some<PolicyRule>(2, exec(policy_rule));
    policy.egress = some<PolicyRule>(2, exec(policy_rule));
    return policy;
  });
}

rc::Gen<Pod> pod() {
  return exec([] {
    Pod pod;
    pod.key = {namespace_name(), *element<std::string>("1", "2", "3", "4")};
    pod.labels = *labels();
    pod.node_name = *element(std::string(kNodes[0]), std::string(kNodes[1]), std::string());
    pod.addresses = some<Address>(2, exec(address));
    std::sort(pod.addresses.begin(), pod.addresses.end());
    pod.addresses.erase(std::unique(pod.addresses.begin(), pod.addresses.end()),
                        pod.addresses.end());
    pod.ports = some<NamedPort>(2, exec(named_port));
    if (one_in(2)) pod.node_addresses = node_addresses(pod.node_name);
    pod.created_at = *inRange(0, 3);
    pod.phase = one_in(6) ? *element(PodPhase::kSucceeded, PodPhase::kFailed)
                          : *element(PodPhase::kRunning, PodPhase::kPending, PodPhase::kUnknown);
    pod.host_network = one_in(8);
    pod.terminating = one_in(8);
    pod.malformed = one_in(12);
    if (pod.malformed) {
      pod.labels = {};
      pod.ports = {};
    }
    return pod;
  });
}

rc::Gen<std::vector<Event>> events() { return rc::gen::container<std::vector<Event>>(exec(event)); }

rc::Gen<Connection> connection() {
  return exec([] {
    Connection connection;
    const auto of = family();
    connection.source = numbered(of, *inRange(0, 10));
    connection.destination = numbered(of, *inRange(0, 10));
    connection.protocol = *element<std::uint8_t>(6, 6, 6, 17, 132, 1, 58);
    if (connection.protocol != 1 && connection.protocol != 58) {
      connection.port = *element<std::uint16_t>(1, 2, 3, 4, kLastPort);
    }
    return connection;
  });
}

Budgets small_budgets() {
  Budgets budgets;
  budgets.policy = {{3, 3, 5, 4}, 4, 4'096};
  budgets.profile = {{5, 4, 7, 6}, 6, 8'192};
  return budgets;
}

ClusterState cluster_of(const std::vector<Event>& events, const Budgets& budgets) {
  ClusterState cluster(budgets);
  for (const auto& event : events) cluster.apply(event);
  return cluster;
}

ClusterState any_cluster(const char* name, const Budgets& budgets) {
  auto cluster = cluster_of(*events(), budgets);
  RC_LOG() << "# " << name << "\n" << to_manifests(cluster);
  return cluster;
}

}  // namespace portcullis::test
