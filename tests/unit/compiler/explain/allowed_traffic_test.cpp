#include "compiler/explain/allowed_traffic.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

std::string between(const ClusterState& state, const char* from, const char* to) {
  return to_string(
      allowed_traffic(state, find_end(state, address(from)), find_end(state, address(to))));
}

std::string to_web(const PolicyRule& rule) {
  const auto state = cluster({pod("shop/web", "10.0.0.1").port("http", 8080),
                              pod("shop/api", "10.0.0.2"), policy("shop/p").ingress(rule)});
  return between(state, "10.0.0.2", "10.0.0.1");
}

TEST(AllowedTraffic, OpenPodsMayDoEverything) {
  const auto state = cluster({pod("shop/web", "10.0.0.1")});
  EXPECT_EQ(between(state, "192.0.2.1", "10.0.0.1"), "all");
  EXPECT_EQ(between(state, "10.0.0.1", "192.0.2.1"), "all");
}

TEST(AllowedTraffic, PortsOfEachProtocol) {
  EXPECT_EQ(to_web(from().tcp(80).udp(53).range(Protocol::kSctp, 5, 9)),
            "80/TCP, 53/UDP, 5-9/SCTP");
  EXPECT_EQ(to_web(from().every_port(Protocol::kUdp)), "UDP");
  EXPECT_EQ(to_web(from()), "all");
  EXPECT_EQ(to_web(from({pods("app=other")})), "none");
}

TEST(AllowedTraffic, NeighbouringPortsAreOneRange) {
  EXPECT_EQ(to_web(from().tcp(80).tcp(81).range(Protocol::kTcp, 82, 65535)), "80-65535/TCP");
}

TEST(AllowedTraffic, NamesCountAsTheDestinationsNumbers) {
  EXPECT_EQ(to_web(from().named("http")), "8080/TCP");
  EXPECT_EQ(to_web(from().named("nothing")), "none");
}

TEST(AllowedTraffic, BothDirectionsMustAllow) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1").labels("app=web"), pod("shop/api", "10.0.0.2").labels("app=api"),
       policy("shop/in", "app=web").ingress(from().range(Protocol::kTcp, 80, 90)),
       policy("shop/out", "app=api").egress(to().range(Protocol::kTcp, 85, 99))});
  EXPECT_EQ(between(state, "10.0.0.2", "10.0.0.1"), "85-90/TCP");
  EXPECT_EQ(between(state, "10.0.0.1", "10.0.0.2"), "all");
}

TEST(AllowedTraffic, EveryPortWithoutOtherProtocols) {
  EXPECT_EQ(
      to_web(
          from().every_port(Protocol::kTcp).every_port(Protocol::kUdp).every_port(Protocol::kSctp)),
      "TCP, UDP, SCTP");
}

TEST(AllowedTraffic, EachDirectionNamesTheRulesThatAllow) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1"), pod("shop/api", "10.0.0.2"),
               policy("shop/a").ingress({from({pods("app=other")}).tcp(1), from().tcp(80)}),
               policy("shop/b").ingress(from().named("nothing")),
               policy("shop/c").ingress(from().tcp(81))});
  const auto between = traffic_between(state, find_end(state, address("10.0.0.2")),
                                       find_end(state, address("10.0.0.1")));
  EXPECT_TRUE(between.egress.traffic.everything());
  EXPECT_TRUE(between.egress.rules.empty());
  EXPECT_EQ(to_string(between.ingress.traffic), "80-81/TCP");
  EXPECT_EQ(between.ingress.rules,
            (std::vector<RuleReference>{{{"shop", "a"}, 1}, {{"shop", "c"}, 0}}));
}

}  // namespace
}  // namespace portcullis::test
