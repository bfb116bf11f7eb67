#include "daemon/enforce/unbound_log.h"

#include <net/if.h>

#include <array>
#include <cstdint>
#include <span>

#include "compiler/base/escape.h"
#include "compiler/binding/binding_table.h"

namespace portcullis {
namespace {

constexpr std::uint16_t kIp = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kArp = 0x0806;

struct Reason {
  const char* kind;  // of kUnbound
  const char* text;
};

constexpr std::array kReasons = {
    Reason{"source", "the source is not an address of this pod"},
    Reason{"neighbor",
           "a pod answers for its own addresses only, and sends nothing that only routers do"},
    Reason{"frames", "only IPv4, IPv6 and ARP pass, and no frames to the bridge itself"},
    Reason{"tunnel", "a node could take it for a packet of its overlay network (--pod-tunnels)"},
    Reason{"unknown", "one of the two is no known pod (--unknown-pods)"}};
static_assert(kReasons.size() == kUnbound.size());

const char* reason_of(const std::string& kind) {
  for (const auto& reason : kReasons)
    if (reason.kind == kind) return reason.text;
  return "it is not this pod's own";
}

// "pod shop/web (interface veth1)"
std::string sender(int index, const Bindings& bindings) {
  const auto found = bindings.ports.find(index);
  std::array<char, IF_NAMESIZE> name{};
  const bool is_known = found != bindings.ports.end();
  const std::string interface =
      is_known ? found->second.interface
               : if_indextoname(static_cast<unsigned>(index), name.data()) != nullptr
                     ? name.data()
                     : std::to_string(index);
  const auto in_brackets = " (interface " + printable(interface) + ')';
  if (!is_known) return "no known pod" + in_brackets;
  const auto& pod = found->second.pod;
  return (pod.name.empty() ? "a pod that is gone or contested" : "pod " + to_string(pod)) +
         in_brackets;
}

std::optional<Address> address_at(std::span<const std::uint8_t> header, std::size_t offset,
                                  Family family) {
  const auto size = static_cast<std::size_t>(bits(family)) / 8;
  if (header.size() < offset + size) return std::nullopt;
  return address_of(header.subspan(offset, size));
}

struct Ends {
  const char* protocol;
  Family family;
  std::size_t source;  // offsets
  std::size_t destination;
};

// "IPv4 from 10.0.0.9 to 10.0.0.2"
std::string described(const nl::LoggedPacket& packet) {
  constexpr std::array kEnds = {std::pair{kIp, Ends{"IPv4", Family::kIpv4, 12, 16}},
                                std::pair{kIpv6, Ends{"IPv6", Family::kIpv6, 8, 24}},
                                std::pair{kArp, Ends{"ARP", Family::kIpv4, 14, 24}}};
  for (const auto& [type, ends] : kEnds) {
    if (type != packet.ether_type) continue;
    const auto source = address_at(packet.header, ends.source, ends.family);
    const auto destination = address_at(packet.header, ends.destination, ends.family);
    if (!source || !destination) break;
    return std::string(ends.protocol) + " from " + to_string(*source) +
           (type == kArp ? " about " : " to ") + to_string(*destination);
  }
  std::array<char, 8> type{};
  snprintf(type.data(), type.size(), "0x%04x", packet.ether_type);
  return std::string("a frame of type ") + type.data();
}

}  // namespace

std::optional<std::string> UnboundLog::take(const nl::LoggedPacket& packet,
                                            const Bindings& bindings, Time now) {
  const auto kind = unbound_by(packet.prefix);
  if (kind.empty()) return std::nullopt;
  const auto [place, is_new] = told_.try_emplace({packet.input, kind});
  auto& told = place->second;
  if (!is_new && now - told.at < kQuiet) {
    ++told.since;
    return std::nullopt;
  }
  const auto more = std::exchange(told, {now, 0}).since;
  auto line = "dropped what " + sender(packet.input, bindings) + " sent, " + described(packet) +
              ": " + reason_of(kind) +
              (more == 0 ? "" : "; and " + std::to_string(more) + " or more like it before");
  std::erase_if(told_, [&](const auto& each) { return now - each.second.at > 2 * kQuiet; });
  return line;
}

}  // namespace portcullis
