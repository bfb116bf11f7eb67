#include "tests/support/rig/endpoint.h"

#include <algorithm>
#include <optional>
#include <set>

namespace portcullis::test {
namespace {

constexpr int kFirstPosition = 10;
constexpr int kLastPosition = 250;

struct Draft {
  Endpoint::Kind kind = Endpoint::Kind::kPod;
  std::string name{};
  std::string node{};
  std::string ipv4{};
  std::string ipv6{};
};

Transport transport_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::kUdp:
      return Transport::kUdp;
    case Protocol::kSctp:
      return Transport::kSctp;
    case Protocol::kTcp:
      break;
  }
  return Transport::kTcp;
}

std::vector<Traffic> listens_of(const PodSpec& pod) {
  std::set<Traffic> listens(pod.listens.begin(), pod.listens.end());
  for (const auto& port : pod.ports) listens.insert({transport_of(port.protocol), port.number});
  return {listens.begin(), listens.end()};
}

std::string hex(int number) {
  constexpr const char* kDigits = "0123456789abcdef";
  return {kDigits[number / 16 % 16], kDigits[number % 16]};
}

// Makes endpoints one by one, and remembers the first error.
class Builder {
 public:
  explicit Builder(const Topology& topology) : topology_(topology) {}

  Result<std::vector<Endpoint>> build() {
    for (const auto& name : topology_.nodes) add_node(name);
    for (const auto& pod : topology_.pods) add_pod(pod);
    for (const auto& host : topology_.hosts) add_host(host);
    for (const auto& address : topology_.node_addresses) add_node_address(address);
    if (error_) return tl::unexpected(*error_);
    return std::move(endpoints_);
  }

 private:
  void add_node(const std::string& name) {
    const std::string number = std::to_string(endpoints_.size() + 1);
    Endpoint* node =
        add({Endpoint::Kind::kNode, name, name, "172.18.0." + number, "fd00:172:18::" + number});
    if (node != nullptr) node->listens = topology_.node_listens;
  }

  void add_pod(const PodSpec& pod) {
    const std::string name = pod.ns + "/" + pod.name;
    const auto [node, node_number] = find_node(pod.node, name);
    const std::string subnet = std::to_string(node_number);
    const int position = next_position(node);
    Draft draft{Endpoint::Kind::kPod, name, node, pod.ipv4, pod.ipv6};
    if (draft.ipv4.empty()) draft.ipv4 = "10.244." + subnet + "." + std::to_string(position);
    if (draft.ipv6.empty()) draft.ipv6 = "fd00:10:244:" + subnet + "::" + hex(position);
    Endpoint* endpoint = add(draft);
    if (endpoint == nullptr) return;
    endpoint->listens = listens_of(pod);
    endpoint->ns = pod.ns;
    endpoint->labels = pod.labels;
    endpoint->ports = pod.ports;
  }

  void add_host(const HostSpec& host) {
    const int position = next_position("");
    Draft draft{Endpoint::Kind::kHost, host.name, find_node(host.node, host.name).first, host.ipv4,
                host.ipv6};
    if (draft.ipv4.empty()) draft.ipv4 = "192.0.2." + std::to_string(position);
    if (draft.ipv6.empty()) draft.ipv6 = "2001:db8::" + hex(position);
    Endpoint* endpoint = add(draft);
    if (endpoint != nullptr) endpoint->listens = host.listens;
  }

  void add_node_address(const NodeAddressSpec& spec) {
    const auto node = find_node(spec.node, spec.name).first;
    Endpoint* endpoint = add({Endpoint::Kind::kNodeAddress, spec.name, node, spec.ipv4, spec.ipv6});
    if (endpoint != nullptr) endpoint->listens = topology_.node_listens;
  }

  // The name and number of a node; the first one if no name is given.
  std::pair<std::string, int> find_node(const std::string& name, const std::string& user) {
    const auto& nodes = topology_.nodes;
    const auto found = name.empty() ? nodes.begin() : std::find(nodes.begin(), nodes.end(), name);
    if (found != nodes.end()) return {*found, static_cast<int>(found - nodes.begin()) + 1};
    fail(user + ": there is no node '" + name + "'");
    return {name, 0};
  }

  int next_position(const std::string& pool) {
    const auto used = std::count(pools_.begin(), pools_.end(), pool);
    pools_.push_back(pool);
    const int position = kFirstPosition + static_cast<int>(used);
    if (position > kLastPosition) fail("more than 240 endpoints on " + pool);
    return position;
  }

  Address parse(const Draft& draft, const std::string& text, Family family) {
    const auto address = parse_address(text);
    if (!address) fail(draft.name + ": " + address.error().message);
    if (address && address->family != family) fail(draft.name + ": wrong family: " + text);
    if (!seen_.insert(text).second) fail(draft.name + ": " + text + " is another's too");
    return address.value_or(Address{});
  }

  Result<NetworkNamespace> namespace_for(const Draft& draft) const {
    if (draft.kind != Endpoint::Kind::kNodeAddress) return NetworkNamespace::create();
    const auto node = std::ranges::find(endpoints_, draft.node, &Endpoint::name);
    return node->netns.another_handle();
  }

  Endpoint* add(const Draft& draft) {
    const Address ipv4 = parse(draft, draft.ipv4, Family::kIpv4);
    const Address ipv6 = parse(draft, draft.ipv6, Family::kIpv6);
    if (!seen_.insert(draft.name).second) fail("two endpoints are called " + draft.name);
    if (error_) return nullptr;
    auto netns = namespace_for(draft);
    if (!netns) {
      error_ = netns.error();
      return nullptr;
    }
    endpoints_.push_back({.kind = draft.kind,
                          .name = draft.name,
                          .node = draft.node,
                          .number = static_cast<int>(endpoints_.size()) + 1,
                          .ipv4 = ipv4,
                          .ipv6 = ipv6,
                          .netns = std::move(*netns)});
    return &endpoints_.back();
  }

  void fail(const std::string& message) {
    if (!error_) error_ = Error{ErrorCode::kInvalidInput, "topology: " + message};
  }

  const Topology& topology_;
  std::vector<Endpoint> endpoints_;
  std::vector<std::string> pools_;  // one entry for each position that was taken: of which node
  std::set<std::string> seen_;      // names and addresses
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<Endpoint>> make_endpoints(const Topology& topology) {
  return Builder(topology).build();
}

}  // namespace portcullis::test
