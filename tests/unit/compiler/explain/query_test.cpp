#include "compiler/explain/query.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

ClusterState shop() {
  return cluster(
      {pod("shop/web", "10.0.0.1 fd00::1"),
       pod("shop/api", "10.0.0.2 fd00::2").port("http", 8080).port("dns", 53, Protocol::kUdp),
       pod("shop/old", "10.0.0.3").phase(PodPhase::kSucceeded), pod("shop/new", ""),
       pod("shop/host", "172.18.0.1").host_network(), pod("shop/leaving", "10.0.0.4").terminating(),
       pod("shop/taker", "10.0.0.4")});
}

// "10.0.0.1>10.0.0.2 80/TCP; ...", or the error.
std::string asked(const std::string& from, const std::string& to) {
  const auto connections = parse_query(shop(), from, to);
  if (!connections) return connections.error().message;
  std::string text;
  for (const auto& each : *connections) {
    text += (text.empty() ? "" : "; ") + to_string(each.source) + ">" +
            to_string(each.destination) + " " + traffic_of(each);
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
  EXPECT_EQ(asked("[2001:db8::1]", "[fd00::2]"), "2001:db8::1>fd00::2 ICMP");
  EXPECT_EQ(asked("2001:db8::1", "fd00::2"), "2001:db8::1>fd00::2 ICMP");
}

TEST(Query, WithoutAPortItIsAnEchoOfTheFamily) {
  const auto connections = parse_query(shop(), "shop/web", "shop/api");
  ASSERT_TRUE(connections);
  ASSERT_EQ(connections->size(), 2u);
  EXPECT_EQ(connections->at(0).protocol, kIcmp);
  EXPECT_EQ(connections->at(1).protocol, kIcmpv6);
  EXPECT_EQ(connections->at(1).port, std::nullopt);
}

TEST(Query, NamesOfPortsAreTheDestinationPods) {
  EXPECT_EQ(asked("192.0.2.1", "shop/api:http"), "192.0.2.1>10.0.0.2 8080/TCP");
  EXPECT_EQ(asked("192.0.2.1", "shop/api:dns"), "192.0.2.1>10.0.0.2 53/UDP");
  EXPECT_EQ(asked("192.0.2.1", "shop/api:dns/TCP"),
            "pod shop/api gives no port the name dns (its names are http/TCP, dns/UDP)");
  EXPECT_EQ(asked("192.0.2.1", "shop/web:http"), "pod shop/web gives no port the name http");
  EXPECT_EQ(asked("192.0.2.1", "10.0.0.2:http"),
            "\"http\" is no port from 1 to 65535 (an address gives ports no names)");
}

TEST(Query, PodsWithoutAnAddressOfTheirOwnSayWhy) {
  EXPECT_EQ(asked("shop/none", "10.0.0.2"), "there is no pod shop/none");
  EXPECT_EQ(asked("shop/old", "10.0.0.2"), "pod shop/old has finished: it has no address any more");
  EXPECT_EQ(asked("shop/new", "10.0.0.2"), "pod shop/new has no address yet");
  EXPECT_EQ(asked("shop/leaving", "10.0.0.2"),
            "the address 10.0.0.4 of pod shop/leaving is taken to be that of pod shop/taker: ask "
            "about the address instead");
  EXPECT_EQ(asked("shop/taker", "10.0.0.2:1"), "10.0.0.4>10.0.0.2 1/TCP");
}

// As kubectl get deployments prints it, say.
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
            "pod a/x shares the address 10.0.0.1 with another pod, and nothing tells whose it is: "
            "ask about the address");
  EXPECT_TRUE(parse_query(state, "10.0.0.1", "a/z:80"));
}

TEST(Query, WrongTextsAreQuoted) {
  EXPECT_EQ(asked("web", "10.0.0.2"),
            "\"web\" is neither an IP address nor a pod's NAMESPACE/NAME");
  EXPECT_EQ(asked("shop/web:80", "10.0.0.2"),
            "\"shop/web:80\" has a port, but only a destination has one");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:0"), "\"0\" is no port from 1 to 65535");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:65536"), "\"65536\" is no port from 1 to 65535");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:"), "\"10.0.0.2:\" has no port after the colon");
  EXPECT_EQ(asked("shop/web", "[fd00::2]:"), "\"[fd00::2]:\" has no port after the colon");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:80/"), "\"80/\" has no protocol after the /");
  EXPECT_EQ(asked("shop/web", "10.0.0.2:80/icmp"),
            "\"icmp\" is none of TCP, UDP, SCTP (for an ICMP echo leave the port out)");
  EXPECT_EQ(asked("shop/web", "[fd00::2"), "\"[fd00::2\" is not of the form [IPv6]:PORT");
  EXPECT_EQ(asked("192.0.2.1", "fd00::2"),
            "the two ends have no address of the same family: one has 192.0.2.1, the other "
            "fd00::2");
}

}  // namespace
}  // namespace portcullis::test
