// SEMANTICS, lines 17 and 23: who has an address on a bridge.
#include <netinet/icmp6.h>

#include <array>

#include "tests/attack/attack.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

constexpr std::uint8_t kOnLink = 255;  // hop limit
const Bytes kArp = {0x08, 0x06};
const Bytes kIpv6 = {0x86, 0xdd};
const Address kAllNodes = *parse_address("ff02::1");
const Address kUnspecified{Family::kIpv6, 0};

Bytes bytes_of(const Address& address) {
  Bytes bytes;
  for (int shift = bits(address.family) - 8; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(address.value >> shift));
  return bytes;
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes whole;
  for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

constexpr std::array<std::uint8_t, 2> kOperations = {1, 2};  // of ARP
constexpr std::uint8_t kAdvertisement = ND_NEIGHBOR_ADVERT;
constexpr std::uint8_t kRouterAdvertisement = ND_ROUTER_ADVERT;
constexpr std::uint8_t kRedirect = ND_REDIRECT;

class ForgedNeighbors : public Attack {
 protected:
  void SetUp() override {
    build_pods();
    if (IsSkipped() || HasFatalFailure()) return;
    count_arrivals("default/victim", {"icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, "
                                      "nd-router-advert, nd-redirect, mld-listener-query } "
                                      "ether saddr " +
                                      hardware_address()});
    count_arp_arrivals("default/victim", {"ether saddr " + hardware_address()});
  }

  std::string hardware_address() {
    std::string text;
    for (const auto byte : mac_address(attacker())) {
      constexpr const char* kDigits = "0123456789abcdef";
      text += std::string(text.empty() ? "" : ":") + kDigits[byte >> 4] + kDigits[byte & 15];
    }
    return text;
  }

  // RFC 826: a request or an answer that says that the attacker's interface has the address.
  bool send_arp(std::uint8_t operation, const Address& claimed) {
    const auto from = mac_address(attacker());
    const auto to = mac_address(victim());
    return send_frame(attacker(), Frame{to, from, kArp,
                                        joined({{0, 1, 8, 0, 6, 4, 0, operation},
                                                {from.begin(), from.end()},
                                                bytes_of(claimed),
                                                {to.begin(), to.end()},
                                                bytes_of(victim().ipv4)})});
  }

  bool send_icmpv6(const Address& source, std::uint8_t type, const Bytes& body) {
    const auto packet = icmpv6_message(source, victim().ipv6, type, body, kOnLink);
    return send_frame(attacker(),
                      Frame{mac_address(victim()), mac_address(attacker()), kIpv6, encode(packet)});
  }

  // RFC 4861: flags, the target, and the attacker's hardware address as an option.
  bool advertise(const Address& source, const Address& target) {
    const auto from = mac_address(attacker());
    return send_icmpv6(
        source, kAdvertisement,
        joined({{0x20, 0, 0, 0}, bytes_of(target), {2, 1}, {from.begin(), from.end()}}));
  }
};

INSTANTIATE_TEST_SUITE_P(Bridge, ForgedNeighbors, testing::Values(Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(ForgedNeighbors, Line23_ArpForAnothersAddress) {
  for (const std::uint8_t operation : kOperations) {
    expect_stopped(kNothing, [&] { return send_arp(operation, a_friend().ipv4); });
    expect_stopped(kNothing, [&] { return send_arp(operation, *parse_address("10.244.1.1")); });
  }
}

TEST_P(ForgedNeighbors, Line23_ArpForItsOwnAddressOrNoneYetIsUntouched) {
  for (const std::uint8_t operation : kOperations) {
    expect_untouched(kNothing, [&] { return send_arp(operation, attacker().ipv4); });
  }
  expect_untouched(kNothing, [&] { return send_arp(1, Address{Family::kIpv4, 0}); });
}

TEST_P(ForgedNeighbors, Line23_AdvertisementsOfAnothersAddress) {
  const auto link_local = *parse_address("fe80::99");
  for (const auto& source : {attacker().ipv6, link_local, a_friend().ipv6}) {
    SCOPED_TRACE(to_string(source));
    expect_stopped(kNothing, [&] { return advertise(source, a_friend().ipv6); });
  }
}

// Whoever asks for an address before it has it keeps others from using it.
TEST_P(ForgedNeighbors, Line23_SolicitationsThatDenyAnotherItsAddress) {
  const auto solicit = [&](const Address& source, const Address& target) {
    return send_icmpv6(source, ND_NEIGHBOR_SOLICIT, joined({Bytes(4, 0), bytes_of(target)}));
  };
  const auto link_local = *parse_address("fe80::99");
  expect_stopped(kNothing, [&] { return solicit(kUnspecified, a_friend().ipv6); });
  expect_untouched(kNothing, [&] { return solicit(kUnspecified, attacker().ipv6); });
  expect_untouched(kNothing, [&] { return solicit(kUnspecified, link_local); });
  expect_untouched(kNothing, [&] { return solicit(attacker().ipv6, a_friend().ipv6); });
}

TEST_P(ForgedNeighbors, Line17_AdvertisementsOfItsOwnAddressesAreUntouched) {
  const auto link_local = *parse_address("fe80::99");
  expect_untouched(kNothing, [&] { return advertise(attacker().ipv6, attacker().ipv6); });
  expect_untouched(kNothing, [&] { return advertise(link_local, attacker().ipv6); });
  expect_untouched(kNothing, [&] { return advertise(link_local, link_local); });
}

TEST_P(ForgedNeighbors, APodIsNoRouter) {
  const auto link_local = *parse_address("fe80::99");
  expect_stopped(kNothing,
                 [&] { return send_icmpv6(link_local, kRouterAdvertisement, Bytes(12, 0)); });
  expect_stopped(kNothing,
                 [&] { return send_icmpv6(link_local, MLD_LISTENER_QUERY, Bytes(20, 0)); });
  expect_stopped(kNothing, [&] {
    return send_icmpv6(link_local, kRedirect,
                       joined({Bytes(4, 0), bytes_of(attacker().ipv6), bytes_of(a_friend().ipv6)}));
  });
}

}  // namespace
}  // namespace portcullis::test
