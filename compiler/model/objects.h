#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/model/selector.h"
#include "compiler/model/shared.h"

// The API objects that enforcement reads, as values. Field for field as in core/v1 and
// networking.k8s.io/v1, with the API server's defaults, without what does not matter here. A
// decoder makes them (k8s-client/decode/decode.h), and they are const from then on.
//
// `malformed` marks an object that was found but is invalid. It fails closed: all traffic of a
// malformed pod is denied, and it matches no peer; a malformed policy isolates every pod that it
// may have meant and allows nothing; a malformed namespace has no labels that match.
namespace portcullis {

// Namespace and name; cluster-scoped objects have an empty namespace.
struct ObjectKey {
  std::string ns;
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
};

std::string to_string(const ObjectKey& key);  // "namespace/name"

std::uint64_t pod_uid(std::string_view text);  // for Pod::uid; 0 of an empty text

enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17, kSctp = 132 };  // IANA numbers

inline constexpr std::array kProtocols = {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp};

const char* to_string(Protocol protocol);  // "TCP"

struct NamedPort {
  std::string name;
  Protocol protocol = Protocol::kTcp;
  std::uint16_t number = 0;

  auto operator<=>(const NamedPort&) const = default;
};

enum class PodPhase : std::uint8_t { kPending, kRunning, kSucceeded, kFailed, kUnknown };

struct Pod {
  ObjectKey key;
  // Tells a pod from a later one of its name, as its container runtime does: metadata.uid; of a
  // static pod's mirror the hash of its configuration; 0: unknown.
  std::uint64_t uid = 0;
  Shared<std::string> origin;  // where it was read, for messages: "web.yaml, document 2"; or empty
  Shared<Labels> labels;
  Shared<std::string> node_name;         // empty: unknown; enforced on every node
  std::vector<Address> addresses;        // status.podIPs, else status.podIP; sorted and unique
  Shared<std::vector<NamedPort>> ports;  // of containers, then of init containers that restart
  Shared<std::vector<Address>> node_addresses;  // status.hostIP and hostIPs; sorted and unique
  std::int64_t created_at = 0;                  // seconds since the epoch; 0: unknown
  PodPhase phase = PodPhase::kPending;
  bool host_network = false;
  bool terminating = false;  // has a deletionTimestamp
  bool malformed = false;

  // A pod with an address but no node may be anywhere (its manifest does not name the node, or not
  // legibly): every node enforces it.
  bool is_local_to(std::string_view node) const { return node_name->empty() || *node_name == node; }
  bool finished() const { return phase == PodPhase::kSucceeded || phase == PodPhase::kFailed; }
  bool operator==(const Pod&) const = default;
};

struct Namespace {
  std::string name;
  std::string origin;
  Labels labels;  // always with kubernetes.io/metadata.name
  bool malformed = false;

  bool operator==(const Namespace&) const = default;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  // inclusive

  auto operator<=>(const PortRange&) const = default;
};

struct EveryPort {
  auto operator<=>(const EveryPort&) const = default;
};

struct PolicyPort {
  Protocol protocol = Protocol::kTcp;
  std::variant<EveryPort, PortRange, std::string> port;  // a string is a port's name

  bool operator==(const PolicyPort&) const = default;
};

struct IpBlock {
  Cidr cidr;
  std::vector<Cidr> except;  // each inside `cidr`

  bool operator==(const IpBlock&) const = default;
};

struct PodPeer {
  std::optional<LabelSelector> namespaces;  // none: the policy's own namespace
  LabelSelector pods;

  bool operator==(const PodPeer&) const = default;
};

using PolicyPeer = std::variant<IpBlock, PodPeer>;

struct PolicyRule {
  std::vector<PolicyPort> ports;  // empty: every port of every protocol, ICMP too
  std::vector<PolicyPeer> peers;  // empty: every address, pods or not

  bool operator==(const PolicyRule&) const = default;
};

struct NetworkPolicy {
  ObjectKey key;
  std::string origin;
  LabelSelector pod_selector;
  bool isolates_ingress = false;  // policyTypes, defaulted
  bool isolates_egress = false;
  std::vector<PolicyRule> ingress;
  std::vector<PolicyRule> egress;
  bool malformed = false;

  bool operator==(const NetworkPolicy&) const = default;
};

enum class Direction : std::uint8_t { kIngress, kEgress };

inline constexpr std::array kDirections = {Direction::kIngress, Direction::kEgress};
constexpr const char* to_string(Direction direction) {  // "ingress"
  return direction == Direction::kIngress ? "ingress" : "egress";
}
constexpr std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

bool isolates(const NetworkPolicy& policy, Direction direction);

}  // namespace portcullis
