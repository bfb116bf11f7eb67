#include "compiler/policy/anonymous_address.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/content_hash.h"
#include "compiler/policy/serialize.h"
#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

constexpr Cidr kBroadcast{{Family::kIpv4, 0xffffffff}, 32};
constexpr std::uint16_t kDhcpServer = 67;

// An ICMPv6 message of link scope.
struct Control {
  std::uint8_t type;
  std::uint8_t hop_limit;
  std::uint16_t most_bytes;  // after the IPv6 header
};

constexpr std::uint16_t kRouterAlert = 8;  // option that comes before messages of MLD
constexpr std::uint16_t kMldGroups = 8;    // in one report, more than pods have

constexpr std::array kControls = {
    Control{133, 255, 8 + 8},                             // solicitation, its sender's address
    Control{130, 1, kRouterAlert + 28},                   // query, of all groups
    Control{131, 1, kRouterAlert + 24},                   // report of version 1
    Control{132, 1, kRouterAlert + 24},                   // done
    Control{143, 1, kRouterAlert + 8 + 20 * kMldGroups},  // report of version 2
};

std::vector<Rule> rules_of(Direction direction) {
  const Verdict back{Verdict::Kind::kReturn};
  std::vector<Rule> rules;
  if (direction == Direction::kIngress) return rules;
  rules.push_back({{InBlock{Field::kIp4Destination, kBroadcast, false},
                    Equal{Field::kUdpDestinationPort, kDhcpServer}, back}});
  for (const auto& control : kControls) {
    rules.push_back({{Equal{Field::kIp6HopLimit, control.hop_limit},
                      AtMost{Field::kIp6Length, control.most_bytes},
                      Equal{Field::kIcmpv6Type, control.type}, back}});
  }
  return rules;
}

}  // namespace

bool is_anonymous(const Address& address) {
  return std::ranges::find(kAnonymousAddresses, address) != kAnonymousAddresses.end();
}

ProfileChain anonymous_chain(Direction direction) {
  const bool ingress = direction == Direction::kIngress;
  ProfileChain built;
  built.denied = denied_counter(
      direction, ingress ? "link-local, while a local pod is isolated"
                         : "link-local or unspecified, while a local pod is isolated");
  const auto& about = built.denied.spec.comment;
  auto rules = rules_of(direction);
  rules.push_back({{Counter{built.denied.spec.name}, Verdict{Verdict::Kind::kDrop}}});
  std::string content;
  put(content, about);
  for (const auto& rule : rules) put(content, to_string(rule));
  built.name = std::string("link-local-") + in_or_out(direction) + content_hash(content);
  built.chains[built.name] = {{built.name, {}, about}, std::move(rules)};
  return built;
}

}  // namespace portcullis
