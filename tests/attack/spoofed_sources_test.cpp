// SEMANTICS, line 23: a pod sends from its own addresses only.
#include <netinet/in.h>

#include "tests/attack/attack.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kPort = 4000;

const std::string kVictimAllowsFriend = policy("default/victim", R"(
  podSelector: {matchLabels: {app: victim}}
  ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
)");

const std::string kAttackerSendsNothing = policy("default/attacker", R"(
  podSelector: {matchLabels: {app: attacker}}
  policyTypes: [Egress]
)");

const std::string kVictimAllowsNobody = policy("default/victim", R"(
  podSelector: {matchLabels: {app: victim}}
)");

RawPacket tcp_syn(const Address& source, const Address& destination, const UdpPorts& ports) {
  auto packet = udp_packet(source, destination, ports, {});
  packet.protocol = IPPROTO_TCP;
  const auto port = [](std::uint16_t value, int shift) {
    return static_cast<std::uint8_t>(value >> shift);
  };
  // Sequence number, acknowledgement, 5 words, SYN, window, checksum (which the node believes to be
  // computed later), urgent pointer.
  packet.payload = {port(ports.source, 8),
                    port(ports.source, 0),
                    port(ports.destination, 8),
                    port(ports.destination, 0),
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    0,
                    0,
                    0x50,
                    0x02,
                    0xff,
                    0xff,
                    0,
                    0,
                    0,
                    0};
  return packet;
}

class SpoofedSources : public Attack {
 protected:
  void SetUp() override {
    build_pods();
    if (IsSkipped() || HasFatalFailure()) return;
    count_arrivals("default/victim", {"udp dport 4000", "tcp dport 4000", "udp dport 8472",
                                      "ip protocol 4", "ip6 nexthdr 4"});
  }

  // From the attacker's interface to the victim.
  bool send_udp(const Address& source) {
    return send_raw(attacker(), encode(udp_packet(source, victim().address(source.family),
                                                  {++port_, kPort}, {'?'})));
  }

  std::uint16_t port_ = 5000;
};

INSTANTIATE_TEST_SUITE_P(Wirings, SpoofedSources,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(SpoofedSources, Line23_AnAllowedPodsAddressLetsNobodyIn) {
  for (const auto family : kFamilies) {
    expect_stopped(kVictimAllowsFriend, [&] { return send_udp(a_friend().address(family)); });
  }
}

TEST_P(SpoofedSources, Line23_AnAllowedPodsAddressOpensNoConnection) {
  for (const auto family : kFamilies) {
    expect_stopped(kVictimAllowsFriend, [&] {
      return send_raw(attacker(), encode(tcp_syn(a_friend().address(family),
                                                 victim().address(family), {++port_, kPort})));
    });
  }
}

TEST_P(SpoofedSources, Line23_AnAddressOfNobodyIsNoWayOutOfIsolation) {
  for (const char* unused : {"10.244.1.200", "203.0.113.9", "fd00:10:244:1::200", "2001:db8::9"}) {
    SCOPED_TRACE(unused);
    expect_stopped(kAttackerSendsNothing, [&] { return send_udp(*parse_address(unused)); });
  }
}

TEST_P(SpoofedSources, Line15_TheVictimsOwnAddress) {
  for (const auto family : kFamilies) {
    expect_stopped(kNothing, [&] { return send_udp(victim().address(family)); });
  }
}

// Conntrack takes what the friend sends for the answer to what the attacker sent in the victim's
// name.
TEST_P(SpoofedSources, Line23_AForgedRequestOfTheVictimMakesNoWayIn) {
  for (const auto family : kFamilies) {
    expect_stopped(kVictimAllowsNobody, [&] {
      const auto& from = a_friend().address(family);
      const auto& to = victim().address(family);
      ++port_;
      return send_raw(attacker(), encode(udp_packet(to, from, {kPort, port_}, {'?'}))) &&
             send_raw(a_friend(), encode(udp_packet(from, to, {port_, kPort}, {'!'})));
    });
  }
}

// A node could take it for a packet of its overlay network, and the one inside has any source.
TEST_P(SpoofedSources, Line23_NoPacketInsideAnother) {
  constexpr std::uint16_t kVxlan = 8472;
  for (const auto family : kFamilies) {
    const auto& from = attacker().address(family);
    const auto& to = victim().address(family);
    expect_stopped(kNothing, [&] {
      return send_raw(attacker(), encode(udp_packet(from, to, {++port_, kVxlan}, {'?'})));
    });
    expect_stopped(kNothing, [&] {
      auto packet = udp_packet(from, to, {++port_, kPort}, {});
      packet.payload = encode(udp_packet(a_friend().ipv4, victim().ipv4, {port_, kPort}, {'?'}));
      packet.protocol = IPPROTO_IPIP;
      return send_raw(attacker(), encode(packet));
    });
  }
}

TEST_P(SpoofedSources, Line23_APodsOwnAddressesAreUntouched) {
  for (const auto family : kFamilies) {
    expect_untouched(kNothing, [&] { return send_udp(attacker().address(family)); });
  }
}

}  // namespace
}  // namespace portcullis::test
