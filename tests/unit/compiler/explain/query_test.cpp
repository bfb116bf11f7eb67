#include "compiler/explain/query.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::query_test {
namespace {

ClusterState shop() {
  return cluster(
      {pod("shop/web", "10.0.0.1 fd00::1"),
       pod("shop/api", "10.0.0.2 fd00::2").port("http", 8080).port("dns", 53, Protocol::kUdp),
       pod("shop/old", "10.0.0.3").phase(PodPhase::kSucceeded), pod("shop/new", ""),
       pod("shop/host", "172.18.0.1").host_network(), pod("shop/leaving", "10.0.0.4").terminating(),
       pod("shop/taker", "10.0.0.4").created_at(9)});
}

// "10.0.0.1>10.0.0.2 80/TCP; ...", or the error.
std::string asked(const std::string& from, const std::string& to,
                  Unknown unknown = Unknown::kRefused) {
  const auto questions = parse_query(shop(), from, to, unknown);
  if (!questions) return questions.error().message;
  std::string text;
  for (const auto& each : *questions) {
    text += (text.empty() ? "" : "; ") + to_string(each.connection.source) + ">" +
            to_string(each.connection.destination) + " " +
            (each.all_traffic ? "all" : traffic_of(each.connection));
  }
  return text;
}

TEST(Query, PodsStandForTheirAddresses) {
  EXPECT_EQ(asked("shop/web", "shop/api:80"), "10.0.0.1>10.0.0.2 80/TCP; fd00::1>fd00::2 80/TCP");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:80"), "10.0.0.1>10.0.0.2 80/TCP");
  EXPECT_EQ(asked("shop/host", "shop/api:80"), "172.18.0.1>10.0.0.2 80/TCP");
}

TEST(Query, AddressesStandForThemselves) {
  EXPECT_EQ(asked("192.0.2.1", "10.0.0.2:80/udp"), "192.0.2.1>10.0.0.2 80/UDP");
  EXPECT_EQ(asked("2001:db8::1", "[fd00::2]:80/SCTP"), "2001:db8::1>fd00::2 80/SCTP");
  EXPECT_EQ(asked("[2001:db8::1]", "[fd00::2]"), "2001:db8::1>fd00::2 all");
  EXPECT_EQ(asked("2001:db8::1", "fd00::2"), "2001:db8::1>fd00::2 all");
}

TEST(Query, AnEchoIsOfTheFamily) {
  const auto questions = parse_query(shop(), "shop/web", "shop/api:icmp");
  ASSERT_TRUE(questions);
  ASSERT_EQ(questions->size(), 2u);
  EXPECT_EQ(questions->at(0).connection.protocol, kIcmp);
  EXPECT_EQ(questions->at(1).connection.protocol, kIcmpv6);
  EXPECT_EQ(questions->at(1).connection.port, std::nullopt);
  EXPECT_FALSE(questions->at(1).all_traffic);
  EXPECT_EQ(asked("192.0.2.1", "10.0.0.2:ICMP"), "192.0.2.1>10.0.0.2 ICMP");
}

TEST(Query, WithoutAPortItIsAllTraffic) {
  EXPECT_EQ(asked("shop/web", "shop/api"), "10.0.0.1>10.0.0.2 all; fd00::1>fd00::2 all");
}

TEST(Query, AnAddressThatMayBeAServicesIsRefusedUnlessItIsOutside) {
  const std::string refusal =
      "no pod has the address 10.96.0.10; if it is a Service's, ask about a pod behind it; if it "
      "is "
      "outside the cluster, say so with --outside";
  EXPECT_EQ(asked("shop/web", "10.96.0.10:80"), refusal);
  EXPECT_EQ(asked("10.96.0.10", "shop/web:80"), refusal);
  EXPECT_EQ(asked("shop/web", "10.96.0.10:80", Unknown::kOutside), "10.0.0.1>10.96.0.10 80/TCP");
  for (const auto* service : {"172.20.0.10", "192.168.7.1", "100.64.0.1", "fd12::a"}) {
    EXPECT_NE(asked("shop/web", service).find("if it is a Service's"), std::string::npos)
        << service;
  }
  EXPECT_EQ(asked("shop/web", "192.0.2.7:80"), "10.0.0.1>192.0.2.7 80/TCP");
}

TEST(Query, ANodesAddressIsNoServices) {
  auto web = pod("shop/web", "10.0.0.1").value();
  web.node_addresses = std::vector<Address>{address("172.18.0.1")};
  const auto state = cluster({PodEvent{web.key, std::make_shared<const Pod>(web)}});
  EXPECT_TRUE(parse_query(state, "shop/web", "172.18.0.1:22"));
  EXPECT_FALSE(parse_query(state, "shop/web", "172.18.0.2:22"));
}

TEST(Query, AddressesThatNoConnectionHasAreRefusedWithTheReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.1", "loopback"},        {"::1", "loopback"},
      {"0.0.0.0", "unspecified"},       {"::", "unspecified"},
      {"224.0.0.251", "multicast"},     {"ff02::1", "multicast"},
      {"255.255.255.255", "broadcast"}, {"::ffff:10.0.0.1", "write the IPv4 address"}};
  for (const auto& [text, reason] : cases) {
    for (const auto& message : {asked(text, "shop/web:80"), asked("shop/web", text)}) {
      EXPECT_EQ(message.find("\"" + std::string(text) + "\" is "), 0u) << message;
      EXPECT_NE(message.find(reason), std::string::npos) << message;
    }
  }
}

TEST(Query, APodOnItsNodesNetworkKeepsItsName) {
  const auto state = shop();
  const auto questions = parse_query(state, "shop/host", "shop/api:80");
  ASSERT_TRUE(questions);
  ASSERT_NE(questions->front().source_host, nullptr);
  EXPECT_EQ(questions->front().source_host->key.name, "host");
  EXPECT_EQ(questions->front().destination_host, nullptr);
}

TEST(Query, NamesOfPortsAreTheDestinationPods) {
  EXPECT_EQ(asked("192.0.2.1", "shop/api:http"), "192.0.2.1>10.0.0.2 8080/TCP");
  EXPECT_EQ(asked("192.0.2.1", "shop/api:dns"), "192.0.2.1>10.0.0.2 53/UDP");
  EXPECT_EQ(asked("192.0.2.1", "shop/api:dns/TCP"),
            "pod shop/api has no port named dns (its port names are http/TCP, dns/UDP)");
  EXPECT_EQ(asked("192.0.2.1", "shop/web:http"), "pod shop/web has no port named http");
  EXPECT_EQ(asked("192.0.2.1", "10.0.0.2:http"),
            "\"http\" is not a port from 1 to 65535 (an address has no port names)");
}

TEST(Query, PodsWithoutAnAddressOfTheirOwnSayWhy) {
  EXPECT_EQ(asked("shop/none", "10.0.0.2"), "there is no pod shop/none");
  EXPECT_EQ(asked("shop/old", "10.0.0.2"), "pod shop/old has finished: it has no address any more");
  EXPECT_EQ(asked("shop/new", "10.0.0.2"), "pod shop/new has no address yet");
  EXPECT_EQ(asked("shop/leaving", "10.0.0.2"),
            "the address 10.0.0.4 of pod shop/leaving is treated as that of pod shop/taker: ask "
            "about the address instead");
  EXPECT_EQ(asked("shop/taker", "10.0.0.2:1"), "10.0.0.4>10.0.0.2 1/TCP");
}

// As printed by kubectl get deployments.
TEST(Query, TheNameOfAControllerBringsItsPodsToMind) {
  const auto state = cluster({pod("a/web-2", "10.0.0.2"), pod("a/web-1", "10.0.0.1"),
                              pod("a/web-3", "10.0.0.3"), pod("a/web-4", "10.0.0.4"),
                              pod("a/webs-1", "10.0.0.5"), pod("b/web-1", "10.0.0.6")});
  const auto message = [&](const std::string& name) {
    return parse_query(state, name, "10.0.0.9").error().message;
  };
  EXPECT_EQ(message("a/web"), "there is no pod a/web; perhaps a/web-1, a/web-2, a/web-3");
  EXPECT_EQ(message("b/web"), "there is no pod b/web; perhaps b/web-1");
  EXPECT_EQ(message("b/we"), "there is no pod b/we");
}

TEST(Query, PodsThatShareAnAddressCannotBeAskedAboutByName) {
  const auto state =
      cluster({pod("a/x", "10.0.0.1"), pod("a/y", "10.0.0.1"), pod("a/z", "10.0.0.3")});
  const auto by_name = parse_query(state, "a/x", "a/z:80");
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().message,
            "pod a/x shares the address 10.0.0.1 with another pod, and its owner is unknown: "
            "ask about the address");
  EXPECT_TRUE(parse_query(state, "10.0.0.1", "a/z:80"));
}

TEST(Query, WrongTextsAreQuoted) {
  EXPECT_EQ(asked("web", "10.0.0.2"),
            "\"web\" is neither an IP address nor a pod's NAMESPACE/NAME");
  EXPECT_EQ(asked("shop/web:80", "10.0.0.2"),
            "\"shop/web:80\" has a port, but only a destination has one");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:0"), "\"0\" is not a port from 1 to 65535");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:65536"), "\"65536\" is not a port from 1 to 65535");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:"), "\"10.0.0.2:\" has no port after the colon");
  EXPECT_EQ(asked("shop/web", "[fd00::2]:"), "\"[fd00::2]:\" has no port after the colon");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:80/"), "\"80/\" has no protocol after the /");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:80/icmp"),
            "\"icmp\" is not TCP, UDP or SCTP (for an ICMP echo write :icmp)");
  EXPECT_EQ(asked("shop/web", "[fd00::2"), "\"[fd00::2\" is not of the form [IPv6]:PORT");
  EXPECT_EQ(asked("192.0.2.1", "fd00::2"),
            "the two ends have no address of the same family: one has 192.0.2.1, the other "
            "fd00::2");
}

}  // namespace
}  // namespace portcullis::test::query_test
