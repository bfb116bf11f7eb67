// SEMANTICS, lines 23 to 25: before a pod is known, and while policies change.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/barrage.h"
#include "tests/support/rig/stream.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test::time_test {
namespace {

constexpr std::uint16_t kOpen = 1000;    // every state allows it
constexpr std::uint16_t kClosed = 2000;  // none does
constexpr std::uint16_t kControl = 4001;
constexpr std::uint16_t kStream = 9000;
constexpr std::size_t kChanges = 200;

using Time = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, Time, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::string kDenyWeb = policy("default/deny-web", R"(
  podSelector: {matchLabels: {app: web}}
)");

// There is no option yet that denies unknown pods: README, limits.
TEST_P(Time, Line23_UntilItsAddressIsKnownAPodIsOpen) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  const auto addresses = pod("default/web").addresses;
  edit_pod("default/web", [](Pod& pod) { pod.addresses.clear(); });
  enforce({kDenyWeb});
  EXPECT_TRUE(traffic_is("default/client -> default/web  80/TCP ICMP: allowed\n"));
  edit_pod("default/web", [&](Pod& pod) { pod.addresses = addresses; });
  enforce({kDenyWeb});
  EXPECT_TRUE(traffic_is("default/client -> default/web  80/TCP ICMP: denied\n"));
}

const std::string kDenyClient = policy("default/deny-client", R"(
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
)");

const std::vector<std::string> kTighter[] = {{kDenyWeb}, {kDenyClient}, {kDenyWeb, kDenyClient}};

// There is no option yet that ends them: README, limits.
TEST_P(Time, Line24_ExistingUdpConnectionsOutliveATighterPolicy) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto& policies : kTighter) {
      enforce({});
      const Talker server(playground().endpoint("default/web"), family);
      const Talker client(playground().endpoint("default/client"), family);
      ASSERT_TRUE(reaches(client, server));
      ASSERT_TRUE(reaches(server, client));
      enforce(policies);
      EXPECT_TRUE(reaches(client, server));
      EXPECT_TRUE(reaches(server, client));
      EXPECT_TRUE(traffic_is("default/client -> default/web  80/TCP: denied\n"));
    }
  }
}

TEST_P(Time, Line24_ExistingTcpConnectionsOutliveATighterPolicy) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  const auto& web = playground().endpoint("default/web");
  const auto& client = playground().endpoint("default/client");
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto& policies : kTighter) {
      enforce({});
      const auto stream = Stream::connect({&client.netns, client.address(family)},
                                          {&web.netns, web.address(family)}, kStream);
      ASSERT_TRUE(stream);
      ASSERT_TRUE(stream->goes_on());
      enforce(policies);
      EXPECT_TRUE(stream->goes_on());
      EXPECT_TRUE(traffic_is("default/client -> default/web  80/TCP: denied\n"));
    }
  }
}

// Traffic denied until a policy loosens is not remembered as denied.
TEST_P(Time, Line24_DeniedConnectionsPassOnceAPolicyLoosens) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    enforce({kDenyWeb});
    const auto before = dropped_packets("node-1");
    const Talker server(playground().endpoint("default/web"), family);
    const Talker client(playground().endpoint("default/client"), family);
    ASSERT_TRUE(client.send_to(server));
    EXPECT_TRUE(wait_until([&] { return dropped_packets("node-1") > before; }));
    enforce({});
    EXPECT_TRUE(reaches(client, server));
  }
}

std::string open_and(int port) {
  return "{port: 1000, protocol: UDP}, {port: " + std::to_string(port) + ", protocol: UDP}";
}

std::string client_may_use(const std::string& ports) {
  return policy("default/client", R"(
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
  egress: [{ports: [)" + ports + "]}]\n");
}

// States that differ in everything except the two ports. Each node changes at once, but two nodes
// do not change at the same moment: on different nodes the closed port could be closed by different
// sides.
std::vector<std::vector<std::string>> states(bool one_node) {
  const std::string one = "{port: 1000, protocol: UDP}";
  const std::string both = one + ", {port: 2000, protocol: UDP}";
  std::vector<std::vector<std::string>> states = {
      {web_allows("a", kClientByLabel, open_and(3000))},
      {web_allows("a", kClientByBlock, open_and(4000))},
      {web_allows("b", kClientByLabel, open_and(3000)), client_may_use(one)},
      {web_allows("b", kClientByBlock, open_and(5000)), kDenyWeb}};
  for (int i = 0; one_node && i < 2; ++i) {
    states.push_back({web_allows("a", kClientByLabel, open_and(kClosed)), client_may_use(one)});
    states.push_back({web_allows("a", kClientByLabel, open_and(3000)), client_may_use(both)});
  }
  return states;
}

TEST_P(Time, Line25_NoPacketSeesHalfOfAChange) {
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const auto all = states(GetParam().nodes == 1);
    enforce(all.front());
    Barrage barrage(playground().endpoint("default/client"), playground().endpoint("default/web"),
                    family, {.open = kOpen, .closed = kClosed});
    std::size_t met = 0;  // changes that packets to both ports have met
    for (std::size_t i = 0; i < kChanges || met < kChanges / 10; ++i) {
      ASSERT_LT(i, 20 * kChanges) << "only " << met << " have met packets";
      ASSERT_TRUE(barrage.goes_on()) << "too many are lost, after change " << i;
      const auto before = barrage.sent();
      enforce(all[i % all.size()]);
      const auto after = barrage.sent();
      if (after.open > before.open && after.closed > before.closed) ++met;
    }
    const auto outcome = barrage.stop();
    EXPECT_EQ(outcome.lost, 0U) << "of " << outcome.sent.open;
    EXPECT_EQ(outcome.leaked, 0U) << "of " << outcome.sent.closed;
    enforce({});
    const Talker control(playground().endpoint("default/client"), family, kControl);
    EXPECT_TRUE(reaches(control, barrage.closed())) << "it would have heard";
  }
}

// Only the client's label changes: with "red" its egress allows the closed port, and the ingress of
// web does not; with "blue" it is the opposite.
const std::vector<std::string> kByColour = {policy("default/red", R"(
  podSelector: {matchLabels: {colour: red}}
  policyTypes: [Egress]
  egress: [{ports: [{port: 1000, protocol: UDP}, {port: 2000, protocol: UDP}]}]
)"),
                                            policy("default/blue", R"(
  podSelector: {matchLabels: {colour: blue}}
  policyTypes: [Egress]
  egress: [{ports: [{port: 1000, protocol: UDP}]}]
)"),
                                            policy("default/web", R"(
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {colour: red}}}]
    ports: [{port: 1000, protocol: UDP}]
  - from: [{podSelector: {matchLabels: {colour: blue}}}]
    ports: [{port: 1000, protocol: UDP}, {port: 2000, protocol: UDP}]
)")};

TEST_P(Time, Line25_NoPacketSeesHalfOfARelabelling) {
  if (GetParam().nodes > 1) GTEST_SKIP() << "no two nodes change at the same moment";
  BUILD_OR_SKIP(in(GetParam(), web_and_client()));
  const auto paint = [&](const char* colour) {
    edit_pod("default/client", [&](Pod& pod) {
      pod.labels = Labels{{"app", "client"}, {"colour", colour}};
    });
    enforce(kByColour);
  };
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    paint("red");
    Barrage barrage(playground().endpoint("default/client"), playground().endpoint("default/web"),
                    family, {.open = kOpen, .closed = kClosed});
    for (std::size_t i = 0; i < 5 * kChanges; ++i) paint(i % 2 == 0 ? "blue" : "red");
    const auto outcome = barrage.stop();
    EXPECT_EQ(outcome.lost, 0U) << "of " << outcome.sent.open;
    EXPECT_EQ(outcome.leaked, 0U) << "of " << outcome.sent.closed;
  }
}

}  // namespace
}  // namespace portcullis::test::time_test
