// SEMANTICS: a change is atomic at every size.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/barrage.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kOpen = 1000;    // every state allows it
constexpr std::uint16_t kClosed = 2000;  // none does
constexpr int kPolicies = 4;
constexpr int kGroups = 2'000;
constexpr int kEdits = 6;

// Ports of web with separate peers each, which differ between the two versions: the profiles share
// nothing.
std::vector<std::string> many_port_groups(int version) {
  std::vector<std::string> policies;
  for (int p = 0; p < kPolicies; ++p) {
    std::string rules;
    for (int i = p; i < kGroups; i += kPolicies) {
      rules += "  - {from: [{ipBlock: {cidr: 10." + std::to_string(100 + version) + "." +
               std::to_string(i / 250) + "." + std::to_string(i % 250) +
               "/32}}], ports: [{protocol: UDP, port: " + std::to_string(10'000 + i) + "}]}\n";
    }
    policies.push_back(policy("default/groups-" + std::to_string(p),
                              "\n  podSelector: {matchLabels: {app: web}}\n  ingress:\n" + rules));
  }
  policies.push_back(web_allows("open", version == 0 ? kClientByLabel : kClientByBlock,
                                "{protocol: UDP, port: " + std::to_string(kOpen) + "}"));
  return policies;
}

class LargeEdit : public PacketTest {};

INSTANTIATE_TEST_SUITE_P(Variants, LargeEdit,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(LargeEdit, Line27_NoPacketSeesHalfOfAChangeOfThousandsOfObjects) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  const std::vector<std::string> versions[] = {many_port_groups(0), many_port_groups(1)};
  enforce(versions[0]);
  Barrage barrage(playground().endpoint("default/client"), playground().endpoint("default/web"),
                  Family::kIpv4, {.open = kOpen, .closed = kClosed});
  std::size_t met = 0;  // changes that packets to both ports have met
  for (int i = 1; i <= kEdits; ++i) {
    ASSERT_TRUE(barrage.goes_on()) << "too many are lost, after change " << i;
    const auto before = barrage.sent();
    enforce(versions[i % 2]);
    const auto after = barrage.sent();
    if (after.open > before.open && after.closed > before.closed) ++met;
  }
  const auto outcome = barrage.stop();
  EXPECT_GT(met, 0U);
  EXPECT_EQ(outcome.lost, 0U) << "of " << outcome.sent.open;
  EXPECT_EQ(outcome.leaked, 0U) << "of " << outcome.sent.closed;
}

}  // namespace
}  // namespace portcullis::test
