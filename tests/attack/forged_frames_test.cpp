// SEMANTICS, line 23: frames that br_netfilter does not show to the table of family inet.
#include "tests/attack/attack.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

const Bytes kIpv4 = {0x08, 0x00};
const Bytes kTagged = {0x81, 0x00, 0, 0, 0x08, 0x00};  // VLAN 0
const Bytes kTaggedTwice = {0x81, 0x00, 0, 0, 0x81, 0x00, 0, 0, 0x08, 0x00};
const Bytes kServiceTag = {0x88, 0xa8, 0, 0, 0x08, 0x00};

class ForgedFrames : public Attack {
 protected:
  void SetUp() override {
    build_pods();
    if (IsSkipped() || HasFatalFailure()) return;
    count_arrivals("default/victim", {"udp dport 4000"});
  }

  // A UDP packet of the attacker's own, straight to the victim.
  bool send(const Bytes& types) {
    const auto packet = udp_packet(attacker().address(Family::kIpv4),
                                   victim().address(Family::kIpv4), {++port_, 4000}, {'?'});
    return send_frame(attacker(),
                      Frame{mac_address(victim()), mac_address(attacker()), types, encode(packet)});
  }

  std::uint16_t port_ = 5000;
};

INSTANTIATE_TEST_SUITE_P(Bridge, ForgedFrames, testing::Values(Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(ForgedFrames, Line23_TagsHideNothing) {
  for (const auto& types : {kTagged, kTaggedTwice, kServiceTag}) {
    SCOPED_TRACE(types.size());
    expect_stopped(kDenyIngress, [&] { return send(types); });
  }
}

// Frames to an address of its own protocols skip the bridge's table: the node receives them from
// the port.
TEST_P(ForgedFrames, Line23_NoFrameGoesPastTheBridge) {
  constexpr MacAddress kOfBridges = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x03};
  const auto& node = playground().endpoint("node-1");
  count_deliveries("node-1", {"udp dport 4000"});
  const auto send = [&] {
    const auto packet = udp_packet(a_friend().ipv4, node.ipv4, {++port_, 4000}, {'?'});
    return send_frame(attacker(),
                      Frame{kOfBridges, mac_address(attacker()), kIpv4, encode(packet)});
  };
  expect_stopped(kNothing, send, "node-1");
}

TEST_P(ForgedFrames, FramesWithoutTagsAreUntouched) {
  expect_untouched(kNothing, [&] { return send(kIpv4); });
}

}  // namespace
}  // namespace portcullis::test
