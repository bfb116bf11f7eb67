#include "compiler/policy/profile.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::profile_test {
namespace {

const Pod kPlain = pod("shop/web", "10.0.0.1").value();

Profile profile_of(Direction direction, std::vector<PolicyBuilder> policies,
                   const Pod& subject = kPlain) {
  std::vector<const NetworkPolicy*> pointers;
  for (auto& each : policies) pointers.push_back(&each.value());
  return make_profile(direction, pointers, subject.ports);
}

Profile ingress_of(std::vector<PolicyRule> rules, const Pod& subject = kPlain) {
  return profile_of(Direction::kIngress, {policy("shop/p").ingress(std::move(rules))}, subject);
}

Profile egress_of(std::vector<PolicyRule> rules) {
  return profile_of(Direction::kEgress, {policy("shop/p").egress(std::move(rules))});
}

Interval<std::uint32_t> tcp(std::uint16_t first, std::uint16_t last) {
  return port_interval(Protocol::kTcp, {first, last});
}

// "10.0.0.0-10.0.0.255 10.0.2.0-10.0.2.255"
std::string text(const AddressRanges& ranges, Family family) {
  std::string text;
  for (const auto& range : ranges) {
    text += (text.empty() ? "" : " ") + to_string(Address{family, range.first}) + "-" +
            to_string(Address{family, range.last});
  }
  return text;
}

TEST(Profile, WithoutRulesHasNoClauses) {
  const auto profile = ingress_of({});
  EXPECT_TRUE(profile.clauses.empty());
  EXPECT_TRUE(profile.named.empty());
  EXPECT_FALSE(profile.allows_everything());
}

TEST(Profile, RulesWithEqualPortsBecomeOneClause) {
  const auto profile =
      profile_of(Direction::kIngress, {policy("shop/a").ingress(from({pods("app=api")}).tcp(80)),
                                       policy("shop/b").ingress(from({pods("app=ui")}).tcp(80))});
  ASSERT_EQ(profile.clauses.size(), 1u);
  EXPECT_EQ(profile.clauses[0].ports, PortSet{tcp(80, 80)});
  EXPECT_EQ(profile.clauses[0].peers.pods.size(), 2u);
}

TEST(Profile, PortsAreEqualHoweverTheyWereWritten) {
  const auto profile =
      ingress_of({from({pods("a")}).tcp(80).tcp(81), from({pods("b")}).tcp(81).tcp(80),
                  from({pods("c")}).range(Protocol::kTcp, 80, 81)});
  ASSERT_EQ(profile.clauses.size(), 1u);
  EXPECT_EQ(profile.clauses[0].ports, PortSet{tcp(80, 81)});
  EXPECT_EQ(profile.clauses[0].peers.pods.size(), 3u);
}

TEST(Profile, OtherPortsAreOtherClauses) {
  const auto profile =
      ingress_of({from({pods("a")}).tcp(80), from({pods("b")}).udp(80), from({pods("c")})});
  ASSERT_EQ(profile.clauses.size(), 3u);
  EXPECT_EQ(profile.clauses[0].ports, std::nullopt);
  EXPECT_EQ(profile.clauses[1].ports, PortSet{tcp(80, 80)});
  EXPECT_EQ(profile.clauses[2].ports, PortSet{port_interval(Protocol::kUdp, {80, 80})});
}

TEST(Profile, EveryoneAbsorbsOtherPeersOfTheSamePorts) {
  const auto profile = ingress_of({from({pods("a"), block("10.0.0.0/8")}).tcp(80), from().tcp(80)});
  ASSERT_EQ(profile.clauses.size(), 1u);
  EXPECT_EQ(profile.clauses[0].peers, (Peers{true, {}, {}, {}}));
}

TEST(Profile, SubsumedSelectorsCollapse) {
  const auto profile = ingress_of({from({pods("app=api")}), from({pods_in("", ""), pods("")})});
  ASSERT_EQ(profile.clauses.size(), 1u);
  EXPECT_EQ(profile.clauses[0].peers.pods,
            (std::vector{PeerSelector{LabelSelector(), LabelSelector()}}));
}

TEST(Profile, AllowsEverythingOnlyWithoutPortsAndPeers) {
  EXPECT_TRUE(ingress_of({from({pods("a")}).tcp(80), from()}).allows_everything());
  EXPECT_FALSE(ingress_of({from().tcp(80)}).allows_everything());
  EXPECT_FALSE(ingress_of({from({pods_in("", "")})}).allows_everything());
  EXPECT_FALSE(ingress_of({from({block("0.0.0.0/0")})}).allows_everything());
  EXPECT_FALSE(ingress_of({from()
                               .every_port(Protocol::kTcp)
                               .every_port(Protocol::kUdp)
                               .every_port(Protocol::kSctp)})
                   .allows_everything());  // not ICMP
}

TEST(Profile, ReadsTheRulesOfItsDirectionOnly) {
  auto both = policy("shop/p").ingress(from({pods("a")})).egress(to().tcp(443));
  EXPECT_EQ(profile_of(Direction::kIngress, {both}).clauses.at(0).ports, std::nullopt);
  EXPECT_EQ(profile_of(Direction::kEgress, {both}).clauses.at(0).ports, PortSet{tcp(443, 443)});
}

TEST(Profile, NamesItsPoliciesInOrder) {
  const auto profile =
      profile_of(Direction::kIngress, {policy("shop/a").ingress(), policy("shop/b").ingress()});
  EXPECT_EQ(profile.policies, (std::vector<std::string>{"shop/a", "shop/b"}));
}

TEST(ProfilePorts, EndPortAndProtocolAloneAreRanges) {
  const auto profile =
      ingress_of({from().range(Protocol::kTcp, 8000, 8010).every_port(Protocol::kUdp)});
  EXPECT_EQ(profile.clauses.at(0).ports,
            (PortSet{tcp(8000, 8010), port_interval(Protocol::kUdp, {0, 65535})}));
}

TEST(ProfilePorts, NamedIngressPortIsTheSubjectsOwn) {
  const auto old_pod = pod("shop/old", "10.0.0.1").port("http", 8080).value();
  const auto new_pod = pod("shop/new", "10.0.0.2").port("http", 9090).value();
  const PolicyRule rule = from().named("http");
  EXPECT_EQ(ingress_of({rule}, old_pod).clauses.at(0).ports, PortSet{tcp(8080, 8080)});
  EXPECT_EQ(ingress_of({rule}, new_pod).clauses.at(0).ports, PortSet{tcp(9090, 9090)});
}

TEST(ProfilePorts, NamedIngressPortIsOfItsProtocol) {
  const auto dns =
      pod("shop/dns", "10.0.0.1").port("dns", 53, Protocol::kUdp).port("dns", 5353).value();
  EXPECT_EQ(ingress_of({from().named("dns")}, dns).clauses.at(0).ports, PortSet{tcp(5353, 5353)});
  EXPECT_EQ(ingress_of({from().named("dns", Protocol::kUdp)}, dns).clauses.at(0).ports,
            PortSet{port_interval(Protocol::kUdp, {53, 53})});
  EXPECT_TRUE(ingress_of({from().named("dns", Protocol::kSctp)}, dns).clauses.empty());
}

TEST(ProfilePorts, FirstOfTwoPortsWithOneNameCounts) {
  const auto twice = pod("shop/web", "10.0.0.1").port("http", 80).port("http", 81).value();
  EXPECT_EQ(ingress_of({from().named("http")}, twice).clauses.at(0).ports, PortSet{tcp(80, 80)});
  EXPECT_EQ(find_port(twice.ports, "https", Protocol::kTcp), nullptr);
}

TEST(ProfilePorts, NameThatResolvesNowhereIsNoPortAtAll) {
  EXPECT_TRUE(ingress_of({from().named("http")}).clauses.empty());
  EXPECT_EQ(ingress_of({from().named("http").tcp(80)}).clauses.at(0).ports, PortSet{tcp(80, 80)});
}

TEST(ProfilePorts, NamedEgressPortsAreLeftToThePeers) {
  const auto profile =
      egress_of({to({pods("app=db")}).named("sql").tcp(80), to({pods("app=cache")}).named("sql")});
  ASSERT_EQ(profile.clauses.size(), 1u);
  EXPECT_EQ(profile.clauses[0].ports, PortSet{tcp(80, 80)});
  ASSERT_EQ(profile.named.size(), 1u);
  EXPECT_EQ(profile.named[0].port, "sql");
  EXPECT_EQ(profile.named[0].peers.pods.size(), 2u);
}

TEST(ProfilePorts, NamedEgressPortsOfTwoProtocolsStayApart) {
  const auto profile = egress_of({to().named("dns", Protocol::kUdp).named("dns", Protocol::kTcp)});
  EXPECT_TRUE(profile.clauses.empty());
  ASSERT_EQ(profile.named.size(), 2u);
  EXPECT_EQ(profile.named[0].protocol, Protocol::kTcp);
  EXPECT_EQ(profile.named[1].protocol, Protocol::kUdp);
}

TEST(ProfileBlocks, AreRangesWithoutTheirExceptions) {
  const auto profile = ingress_of({from({block("10.0.0.0/22", {"10.0.1.0/24"})})});
  EXPECT_EQ(text(profile.clauses.at(0).peers.v4, Family::kIpv4),
            "10.0.0.0-10.0.0.255 10.0.2.0-10.0.3.255");
}

TEST(ProfileBlocks, ExceptionLimitsItsOwnBlockOnly) {
  const auto profile =
      ingress_of({from({block("10.0.0.0/22", {"10.0.1.0/24"})}), from({block("10.0.1.128/25")})});
  EXPECT_EQ(text(profile.clauses.at(0).peers.v4, Family::kIpv4),
            "10.0.0.0-10.0.0.255 10.0.1.128-10.0.3.255");
}

TEST(ProfileBlocks, OverlappingTouchingAndRepeatedOnesMerge) {
  const auto profile = ingress_of({from(
      {block("10.0.1.0/24"), block("10.0.0.0/24"), block("10.0.0.0/25"), block("10.0.0.0/24")})});
  EXPECT_EQ(text(profile.clauses.at(0).peers.v4, Family::kIpv4), "10.0.0.0-10.0.1.255");
}

TEST(ProfileBlocks, FamiliesStayApart) {
  const auto profile = ingress_of({from({block("fd00::/64"), block("10.0.0.0/8")})});
  EXPECT_EQ(text(profile.clauses.at(0).peers.v4, Family::kIpv4), "10.0.0.0-10.255.255.255");
  EXPECT_EQ(text(profile.clauses.at(0).peers.v6, Family::kIpv6),
            "fd00::-fd00::ffff:ffff:ffff:ffff");
}

TEST(ProfileBlocks, BlockThatItsExceptionsEatUpLeavesNobody) {
  const auto profile = ingress_of({from({block("10.0.0.0/24", {"10.0.0.0/25", "10.0.0.128/25"})})});
  EXPECT_FALSE(profile.allows_everything());
  EXPECT_EQ(profile.clauses.at(0).peers, Peers{});
}

}  // namespace
}  // namespace portcullis::test::profile_test
