#include "compiler/explain/query.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "compiler/explain/address_kind.h"

namespace portcullis {
namespace {

tl::unexpected<Error> wrong(const std::string& text, const std::string& why) {
  return failure(ErrorCode::kInvalidInput, "\"" + text + "\" " + why);
}

tl::unexpected<Error> missing(const std::string& message) {
  return failure(ErrorCode::kNotFound, message);
}

// A pod or an address, and the port after its colon.
struct Target {
  std::string host;
  std::string port;  // "8080/TCP"; empty: none
};

Result<Target> split(const std::string& text) {
  if (text.starts_with("[")) {
    const auto end = text.find(']');
    const bool complete = end != text.npos && (end + 1 == text.size() || text[end + 1] == ':');
    if (!complete) return wrong(text, "is not of the form [IPv6]:PORT");
    if (end + 2 == text.size()) return wrong(text, "has no port after the colon");
    return Target{text.substr(1, end - 1), text.substr(std::min(end + 2, text.size()))};
  }
  const auto colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return Target{text, ""};
  if (colon + 1 == text.size()) return wrong(text, "has no port after the colon");
  return Target{text.substr(0, colon), text.substr(colon + 1)};
}

// Controllers name their pods after themselves: "; perhaps shop/api-56d9fd649-s675t, ...".
std::string perhaps(const ClusterState& cluster, const ObjectKey& controller) {
  constexpr int kMost = 3;
  std::string text;
  auto pod = cluster.pods().lower_bound({controller.ns, controller.name + "-"});
  for (int i = 0; i < kMost && pod != cluster.pods().end(); ++i, ++pod) {
    const bool is_of_it =
        pod->first.ns == controller.ns && pod->first.name.starts_with(controller.name + "-");
    if (!is_of_it) break;
    text += (text.empty() ? "; perhaps " : ", ") + to_string(pod->first);
  }
  return text;
}

Result<const Pod*> find_pod(const ClusterState& cluster, const std::string& text) {
  const auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size()) {
    return wrong(text, "is neither an IP address nor a pod's NAMESPACE/NAME");
  }
  const ObjectKey key{text.substr(0, slash), text.substr(slash + 1)};
  const auto found = cluster.pods().find(key);
  if (found == cluster.pods().end()) {
    return missing("there is no pod " + text + perhaps(cluster, key));
  }
  const Pod& pod = *found->second;
  if (pod.finished()) return missing("pod " + text + " has finished: it has no address any more");
  if (pod.addresses.empty()) return missing("pod " + text + " has no address yet");
  return &pod;
}

// A pod that has lost its address to another one does not own the address.
Result<std::vector<Address>> addresses_of(const ClusterState& cluster, const Pod& pod) {
  if (pod.host_network) return pod.addresses;
  for (const auto& address : pod.addresses) {
    const auto end = find_end(cluster, address);
    if (end.contested) {
      return missing("pod " + to_string(pod.key) + " shares the address " + to_string(address) +
                     " with another pod, and its owner is unknown: ask about the address");
    }
    if (end.pod == &pod) continue;
    return missing("the address " + to_string(address) + " of pod " + to_string(pod.key) +
                   " is treated as that of pod " + to_string(end.pod->key) +
                   ": ask about the address instead");
  }
  return pod.addresses;
}

struct Place {
  std::vector<Address> addresses;
  const Pod* pod = nullptr;  // if it was named
};

Result<Place> find_place(const ClusterState& cluster, const std::string& text) {
  if (parse_address(text)) {
    return parse_end_address(text).map([](const Address& address) {
      return Place{{address}, nullptr};
    });
  }
  return find_pod(cluster, text).and_then([&](const Pod* pod) {
    return addresses_of(cluster, *pod).map([&](const std::vector<Address>& addresses) {
      return Place{addresses, pod};
    });
  });
}

// A packet to a Service meets policies only after translation to the address of a pod behind it;
// the Service's own address does not tell which.
Result<void> refuse_service(const ClusterState& cluster, const Place& place) {
  if (place.pod != nullptr) return {};
  const auto& address = place.addresses.front();
  const bool is_known = find_end(cluster, address).pod != nullptr ||
                        is_known_node(cluster, address) || cluster.quarantined().contains(address);
  if (is_known || !may_be_a_service(address)) return {};
  return missing("no pod has the address " + to_string(address) +
                 "; if it is a Service's, ask about a pod behind it; if it is outside the cluster, "
                 "say so with --outside");
}

struct Traffic {
  std::optional<Protocol> protocol;
  std::optional<std::uint16_t> port;
  bool all = false;
};

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

Result<std::optional<Protocol>> parse_protocol(const std::string& text) {
  if (text.empty()) return std::optional<Protocol>();
  const auto upper = upper_case(text);
  for (const auto protocol : kProtocols) {
    if (upper == to_string(protocol)) return std::optional(protocol);
  }
  return wrong(text, "is not TCP, UDP or SCTP (for an ICMP echo write :icmp)");
}

Result<Traffic> resolve_name(const std::string& name, std::optional<Protocol> protocol,
                             const Place& to) {
  if (!protocol && upper_case(name) == "ICMP") return Traffic{};
  if (to.pod == nullptr) {
    return wrong(name, "is not a port from 1 to 65535 (an address has no port names)");
  }
  std::string known;
  for (const auto& port : to.pod->ports) {
    if (port.name == name && (!protocol || port.protocol == *protocol)) {
      return Traffic{port.protocol, port.number, false};
    }
    known += (known.empty() ? "" : ", ") + port.name + "/" + to_string(port.protocol);
  }
  return missing("pod " + to_string(to.pod->key) + " has no port named " + name +
                 (known.empty() ? "" : " (its port names are " + known + ")"));
}

Result<Traffic> parse_traffic(const std::string& text, const Place& to) {
  if (text.empty()) return Traffic{{}, {}, true};
  const auto slash = text.find('/');
  const auto port = text.substr(0, slash);
  const bool has_protocol = slash != text.npos;
  if (has_protocol && slash + 1 == text.size()) return wrong(text, "has no protocol after the /");
  const auto protocol = parse_protocol(has_protocol ? text.substr(slash + 1) : "");
  if (!protocol) return tl::unexpected(protocol.error());
  std::uint16_t number = 0;
  const char* end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data(), end, number);
  if (error == std::errc() && rest == end && number != 0) {
    return Traffic{protocol->value_or(Protocol::kTcp), number, false};
  }
  const bool is_name =
      std::any_of(port.begin(), port.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  if (!is_name) return wrong(port, "is not a port from 1 to 65535");
  return resolve_name(port, *protocol, to);
}

Connection connection_of(const Address& source, const Address& destination,
                         const Traffic& traffic) {
  const auto echo = source.family == Family::kIpv4 ? kIcmp : kIcmpv6;
  const auto protocol = traffic.protocol ? static_cast<std::uint8_t>(*traffic.protocol) : echo;
  return {source, destination, protocol, traffic.port};
}

const Pod* on_host(const Place& place) {
  return place.pod != nullptr && place.pod->host_network ? place.pod : nullptr;
}

Result<std::vector<Question>> connect(const Place& from, const Place& to, const Traffic& traffic) {
  std::vector<Question> questions;
  for (const auto& source : from.addresses) {
    for (const auto& destination : to.addresses) {
      if (source.family != destination.family) continue;
      questions.push_back(
          {connection_of(source, destination, traffic), traffic.all, on_host(from), on_host(to)});
    }
  }
  if (!questions.empty()) return questions;
  return failure(ErrorCode::kInvalidInput,
                 "the two ends have no address of the same family: one has " +
                     to_string(from.addresses.front()) + ", the other " +
                     to_string(to.addresses.front()));
}

}  // namespace

Result<std::vector<Question>> parse_query(const ClusterState& cluster, const std::string& from,
                                          const std::string& to, Unknown unknown) {
  const auto origin = split(from);
  if (!origin) return tl::unexpected(origin.error());
  if (!origin->port.empty()) return wrong(from, "has a port, but only a destination has one");
  const auto source = find_place(cluster, origin->host);
  if (!source) return tl::unexpected(source.error());
  const auto target = split(to);
  if (!target) return tl::unexpected(target.error());
  const auto destination = find_place(cluster, target->host);
  if (!destination) return tl::unexpected(destination.error());
  const auto traffic = parse_traffic(target->port, *destination);
  if (!traffic) return tl::unexpected(traffic.error());
  if (unknown == Unknown::kRefused) {
    const auto known = refuse_service(cluster, *source).and_then([&] {
      return refuse_service(cluster, *destination);
    });
    if (!known) return tl::unexpected(known.error());
  }
  return connect(*source, *destination, *traffic);
}

}  // namespace portcullis
