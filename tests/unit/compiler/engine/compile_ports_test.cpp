#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"
#include "tests/unit/compiler/engine/verdict.h"

// Lines 11, 12 and 27 of SEMANTICS: ports, port names, ICMP.
namespace portcullis::test::compile_ports_test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kOther = "10.0.0.2";
constexpr const char* kClient = "10.0.0.9";

ClusterState web_with(const PolicyRule& rule) {
  return cluster({pod("shop/web", kWeb), pod("shop/client", kClient).labels("app=client"),
                  policy("shop/p", "!app").ingress(rule)});
}

TEST(CompilePorts, NumberIsOfItsProtocol) {
  const auto state = web_with(from().tcp(53));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(53)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(54)));
  EXPECT_FALSE(connects(state, kClient, kWeb, udp(53)));
  EXPECT_FALSE(connects(state, kClient, kWeb, sctp(53)));
}

TEST(CompilePorts, EachProtocolCounts) {
  const auto state = web_with(from().udp(53).range(Protocol::kSctp, 7, 7));
  EXPECT_TRUE(connects(state, kClient, kWeb, udp(53)));
  EXPECT_TRUE(connects(state, kClient, kWeb, sctp(7)));
  EXPECT_FALSE(connects(state, kClient, kWeb, sctp(53)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(53)));
}

TEST(CompilePorts, EndPortBelongsToTheRange) {
  const auto state = web_with(from().range(Protocol::kTcp, 8000, 8010));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(7999)));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8000)));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8010)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(8011)));
}

TEST(CompilePorts, ProtocolAloneIsAllItsPorts) {
  const auto state = web_with(from().every_port(Protocol::kUdp));
  EXPECT_TRUE(connects(state, kClient, kWeb, udp(1)));
  EXPECT_TRUE(connects(state, kClient, kWeb, udp(65535)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(1)));
}

TEST(CompilePorts, RuleWithPortsNeverMatchesIcmp) {
  const auto state = web_with(
      from().every_port(Protocol::kTcp).every_port(Protocol::kUdp).every_port(Protocol::kSctp));
  EXPECT_FALSE(connects(state, kClient, kWeb, icmp()));
  EXPECT_TRUE(connects(web_with(from({pods("app=client")})), kClient, kWeb, icmp()));
}

TEST(CompilePorts, PortsAndPeersOfOneRuleHoldTogether) {
  const auto state =
      cluster({pod("shop/web", kWeb).labels("app=web"), pod("shop/a", kOther).labels("app=a"),
               pod("shop/b", kClient).labels("app=b"),
               policy("shop/p", "app=web")
                   .ingress({from({pods("app=a")}).tcp(80), from({pods("app=b")}).tcp(81)})});
  EXPECT_TRUE(connects(state, kOther, kWeb, tcp(80)));
  EXPECT_FALSE(connects(state, kOther, kWeb, tcp(81)));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(81)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(80)));
}

TEST(CompileNamedPorts, IngressIsResolvedInEachSelectedPod) {
  const auto state = cluster({pod("shop/web", kWeb).labels("app=web").port("http", 8080),
                              pod("shop/new", kOther).labels("app=web").port("http", 9090),
                              policy("shop/p", "app=web").ingress(from().named("http"))});
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8080)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(9090)));
  EXPECT_TRUE(connects(state, kClient, kOther, tcp(9090)));
  EXPECT_FALSE(connects(state, kClient, kOther, tcp(8080)));
}

TEST(CompileNamedPorts, EgressIsResolvedInEachDestinationPod) {
  const auto state =
      cluster({pod("shop/client", kClient).labels("app=client"),
               pod("shop/web", kWeb).labels("app=web").port("http", 8080).on("n2"),
               pod("shop/new", kOther).labels("app=web").port("http", 9090).on("n2"),
               policy("shop/p", "app=client").egress(to({pods("app=web")}).named("http"))});
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8080)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(9090)));
  EXPECT_TRUE(connects(state, kClient, kOther, tcp(9090)));
  EXPECT_FALSE(connects(state, kClient, kOther, tcp(8080)));
}

TEST(CompileNamedPorts, AreOfTheirProtocol) {
  const auto dns = pod("shop/dns", kWeb).labels("app=dns").port("dns", 53, Protocol::kUdp);
  const auto in = policy("shop/in", "app=dns").ingress(from().named("dns", Protocol::kUdp));
  const auto out = policy("shop/out", "!app").egress(to().named("dns", Protocol::kUdp));
  const auto tcp_out = policy("shop/out", "!app").egress(to().named("dns"));
  const auto client = pod("shop/client", kClient);
  EXPECT_TRUE(connects(cluster({dns, client, in, out}), kClient, kWeb, udp(53)));
  EXPECT_FALSE(connects(cluster({dns, client, in}), kClient, kWeb, tcp(53)));
  EXPECT_FALSE(connects(cluster({dns, client, out}), kClient, kWeb, tcp(53)));
  EXPECT_FALSE(connects(cluster({dns, client, tcp_out}), kClient, kWeb, udp(53)));
  EXPECT_FALSE(connects(cluster({dns, client, tcp_out}), kClient, kWeb, tcp(53)));
}

TEST(CompileNamedPorts, FirstOfTwoPortsWithOneNameCounts) {
  const auto client = pod("shop/client", kClient).labels("app=client");
  const auto web = pod("shop/web", kWeb).port("http", 80).port("http", 81);
  for (const Event& event : {Event(policy("shop/in", "!app").ingress(from().named("http"))),
                             Event(policy("shop/out", "app").egress(to().named("http")))}) {
    EXPECT_TRUE(connects(cluster({client, web, event}), kClient, kWeb, tcp(80)));
    EXPECT_FALSE(connects(cluster({client, web, event}), kClient, kWeb, tcp(81)));
  }
}

TEST(CompileNamedPorts, NameThatResolvesNowhereMatchesNothing) {
  const auto in = web_with(from().named("http"));
  EXPECT_FALSE(connects(in, kClient, kWeb, tcp(80)));
  EXPECT_FALSE(connects(in, kClient, kWeb, icmp()));
  const auto out = cluster({pod("shop/web", kWeb), pod("shop/client", kClient).labels("app=client"),
                            policy("shop/p", "app=client").egress(to().named("http"))});
  EXPECT_FALSE(connects(out, kClient, kWeb, tcp(80)));
  EXPECT_FALSE(connects(out, kClient, "192.0.2.1", tcp(80)));
}

TEST(CompileNamedPorts, WithABlockNeedAPodThatHasTheName) {
  const auto state =
      cluster({pod("shop/client", kClient).labels("app=client"),
               pod("shop/web", kWeb).port("http", 8080), pod("shop/other", kOther),
               policy("shop/p", "app=client").egress(to({block("0.0.0.0/0")}).named("http"))});
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8080)));
  EXPECT_FALSE(connects(state, kClient, kOther, tcp(8080)));
  EXPECT_FALSE(connects(state, kClient, "192.0.2.1", tcp(8080)));
}

TEST(CompileNamedPorts, WithABlockReachOnlyPodsInsideIt) {
  const auto state =
      cluster({pod("shop/client", kClient).labels("app=client"),
               pod("shop/web", kWeb).port("http", 80), pod("shop/other", kOther).port("http", 80),
               policy("shop/p", "app=client")
                   .egress(to({block("10.0.0.0/30", {"10.0.0.2/32"})}).named("http"))});
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(80)));
  EXPECT_FALSE(connects(state, kClient, kOther, tcp(80)));
}

TEST(CompileNamedPorts, WithoutPeersAreThoseOfEveryPod) {
  const auto state = cluster({pod("shop/client", kClient).labels("app=client"),
                              pod("bank/web", "10.0.1.1 fd00::1").port("http", 8080).on("n2"),
                              policy("shop/p", "app=client").egress(to().named("http"))});
  EXPECT_TRUE(connects(state, kClient, "10.0.1.1", tcp(8080)));
  EXPECT_FALSE(connects(state, kClient, "10.0.1.1", tcp(80)));
}

TEST(CompileNamedPorts, StandBesideNumbersInOneRule) {
  const auto state = cluster({pod("shop/client", kClient).labels("app=client"),
                              pod("shop/web", kWeb).port("http", 8080),
                              policy("shop/p", "app=client").egress(to().named("http").tcp(443))});
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(8080)));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(443)));
  EXPECT_TRUE(connects(state, kClient, "192.0.2.1", tcp(443)));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(80)));
}

TEST(CompileNamedPorts, FollowTheDestinationPod) {
  auto state = cluster({pod("shop/client", kClient).labels("app=client"),
                        pod("shop/web", kWeb).port("http", 8080),
                        policy("shop/p", "app=client").egress(to().named("http"))});
  state.apply(pod("shop/web", kWeb).port("http", 9090));
  EXPECT_FALSE(connects(state, kClient, kWeb, tcp(8080)));
  EXPECT_TRUE(connects(state, kClient, kWeb, tcp(9090)));
}

}  // namespace
}  // namespace portcullis::test::compile_ports_test
