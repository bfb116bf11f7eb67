#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/explain/explanation.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::explanation_text_test {
namespace {

std::string told(const ClusterState& state, const std::string& from, const std::string& to) {
  const auto explanations = explain(state, from, to);
  return explanations ? print_text(state, *explanations) : explanations.error().message;
}

// The line about the nearest miss of ingress to shop/web 80/TCP from shop/api.
std::string nearest_miss(const PolicyRule& rule, const char* from = "shop/api") {
  const auto state = cluster({ns("shop", "env=prod"), pod("shop/web", "10.0.0.1").labels("app=web"),
                              pod("shop/api", "10.0.0.2").labels("app=api"),
                              policy("shop/p", "app=web").ingress(rule)});
  const auto text = told(state, from, "shop/web:80");
  const std::string mark = "nearest miss: ";
  const auto at = text.find(mark);
  return at == text.npos ? text
                         : text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
}

TEST(ExplanationText, TellsBothDirectionsAndWhatWouldBeAllowed) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1 fd00::1").labels("app=web"),
               pod("shop/api", "10.0.0.2 fd00::2").labels("app=api"),
               policy("shop/out", "app=api").egress(to({pods("app=web")})),
               policy("shop/in", "app=web").ingress(from({pods("app=api")}).tcp(8080)),
               policy("shop/deny").ingress()});
  EXPECT_EQ(told(state, "shop/api", "shop/web:80"),
            "shop/api (10.0.0.2, fd00::2) -> shop/web (10.0.0.1, fd00::1), 80/TCP: denied\n"
            "  egress of shop/api: allowed: by policy shop/out, spec.egress[0]\n"
            "    isolated by: shop/out\n"
            "  ingress of shop/web: denied: no rule of the policies that isolate it allows this\n"
            "    isolated by: shop/deny, shop/in\n"
            "    nearest miss: policy shop/in, spec.ingress[0], allows 8080/TCP from app=api in "
            "shop; the connection uses 80/TCP\n"
            "  allowed from source to destination: 8080/TCP\n");
}

// Tenants write labels, selectors, and names of objects that are invalid.
TEST(ExplanationText, ATenantCannotForgeALine) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1"), pod("shop/api", "10.0.0.2").labels("app=\x1b[31mred\nallowed"),
       policy("shop/in\n  ingress of shop/web: allowed")
           .ingress(from({pods("app=\x1b[32m\nallowed: yes")}).named("we\nb"))});
  const auto text = told(state, "shop/api", "shop/web:80");
  EXPECT_EQ(std::ranges::count(text, '\n'), 6) << text;
  EXPECT_EQ(text.find('\x1b'), text.npos) << text;
  EXPECT_NE(text.find("isolated by: shop/in\\n  ingress of shop/web: allowed\n"), text.npos)
      << text;
  EXPECT_NE(text.find("from app=\\x1b[32m\\nallowed: yes in shop; "), text.npos) << text;
}

TEST(ExplanationText, FamiliesThatDifferAreToldApart) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1 fd00::1"), pod("bank/api", "10.0.0.2 fd00::2"),
               policy("shop/p").ingress(from({block("10.0.0.0/8")}))});
  const auto text = told(state, "bank/api", "shop/web:80");
  EXPECT_NE(text.find("bank/api (10.0.0.2) -> shop/web (10.0.0.1), 80/TCP: allowed\n"), text.npos)
      << text;
  EXPECT_NE(text.find("bank/api (fd00::2) -> shop/web (fd00::1), 80/TCP: denied\n"), text.npos)
      << text;
}

TEST(ExplanationText, NearestMissSaysWhatDiffers) {
  EXPECT_EQ(nearest_miss(from({pods("app=db")}).tcp(80)),
            "policy shop/p, spec.ingress[0], allows 80/TCP from app=db in shop; the connection "
            "comes from shop/api (app=api)");
  EXPECT_EQ(nearest_miss(from({pods_in("env=test", "app=api")})),
            "policy shop/p, spec.ingress[0], allows all traffic from app=api in namespaces "
            "env=test; the connection comes from shop/api (app=api) in namespace shop (env=prod,"
            "kubernetes.io/metadata.name=shop)");
  EXPECT_EQ(nearest_miss(from({block("10.0.0.0/8", {"10.0.0.0/30"})}).udp(53)),
            "policy shop/p, spec.ingress[0], allows 53/UDP from 10.0.0.0/8 except 10.0.0.0/30; the "
            "connection uses 80/TCP and comes from shop/api (app=api)");
  EXPECT_EQ(nearest_miss(from({block("10.0.0.0/8")}).tcp(80), "192.0.2.1"),
            "policy shop/p, spec.ingress[0], allows 80/TCP from 10.0.0.0/8; the connection comes "
            "from 192.0.2.1, not a pod address");
}

TEST(ExplanationText, NamedPortsSayWhatTheyAre) {
  EXPECT_EQ(nearest_miss(from().named("http")),
            "policy shop/p, spec.ingress[0], allows http/TCP (not a port name of shop/web) "
            "from everyone; the connection uses 80/TCP");
}

TEST(ExplanationText, LongListsAreCut) {
  std::vector<PolicyPeer> many;
  for (int i = 0; i < 9; ++i) many.push_back(block("192.0.2." + std::to_string(i) + "/32"));
  EXPECT_EQ(nearest_miss(from(many)),
            "policy shop/p, spec.ingress[0], allows all traffic from 192.0.2.0/32, 192.0.2.1/32, "
            "192.0.2.2/32, 192.0.2.3/32, 192.0.2.4/32 or 4 more; the connection comes from "
            "shop/api (app=api)");
}

TEST(ExplanationText, PoliciesWithoutRulesHaveNoNearestMiss) {
  const auto state = cluster({pod("shop/web", "10.0.0.1"), policy("shop/deny").ingress(),
                              policy("shop/broken").ingress().malformed()});
  EXPECT_EQ(
      told(state, "192.0.2.1", "shop/web"),
      "192.0.2.1 -> shop/web (10.0.0.1), every port and ICMP: denied\n"
      "  egress of 192.0.2.1: allowed: no pod has this address, so no policy applies\n"
      "  ingress of shop/web: denied: the policies that isolate it have no rule for ingress\n"
      "    isolated by: shop/broken (invalid: allows nothing), shop/deny\n"
      "    unless 192.0.2.1 is an address of its own node: these two can never block each other\n"
      "  allowed from source to destination: none\n");
}

TEST(ExplanationText, WithoutAPortSaysWhichPass) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1").labels("app=web"), pod("shop/api", "10.0.0.2").labels("app=api"),
       policy("shop/in", "app=web").ingress({from({pods("app=api")}).tcp(8080), from().udp(53)})});
  EXPECT_EQ(told(state, "shop/api", "shop/web"),
            "shop/api (10.0.0.2) -> shop/web (10.0.0.1), every port and ICMP: partly allowed\n"
            "  egress of shop/api: allowed: no policy isolates it for egress\n"
            "  ingress of shop/web: partly allowed: 8080/TCP, 53/UDP by policy shop/in, "
            "spec.ingress[0] and policy shop/in, spec.ingress[1]; nothing else, not even ICMP\n"
            "    isolated by: shop/in\n"
            "  allowed from source to destination: 8080/TCP, 53/UDP\n");
  EXPECT_NE(told(state, "shop/web", "shop/api").find("every port and ICMP: allowed\n"),
            std::string::npos);
}

TEST(ExplanationText, WithoutAPortTheNearestMissSpeaksOfPeersAlone) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1"), policy("shop/p").ingress(from({block("10.0.0.0/8")}).tcp(80)),
       pod("bank/web", "10.0.0.2"), policy("bank/p").ingress(from().named("http"))});
  EXPECT_NE(told(state, "192.0.2.1", "shop/web")
                .find("allows 80/TCP from 10.0.0.0/8; the connection comes from 192.0.2.1, not a"),
            std::string::npos);
  EXPECT_NE(
      told(state, "192.0.2.1", "bank/web")
          .find("(not a port name of bank/web) from everyone; the destination has none of these "
                "ports\n"),
      std::string::npos);
}

TEST(ExplanationText, PodsOnTheirNodesNetworkKeepTheirNames) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1"), pod("kube-system/proxy", "172.18.0.1").host_network(),
               policy("shop/p").ingress(from({pods("app=api")}))});
  const auto text = told(state, "kube-system/proxy", "shop/web:80");
  EXPECT_EQ(text.find("kube-system/proxy (172.18.0.1) -> shop/web (10.0.0.1), 80/TCP: denied\n"),
            0u)
      << text;
  EXPECT_NE(text.find("egress of kube-system/proxy: allowed: it is on the host network, where no "
                      "policy applies\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("comes from kube-system/proxy (172.18.0.1), which is on the host network"),
            text.npos)
      << text;
}

TEST(ExplanationText, PodsThatCannotBeUnderstood) {
  const auto state = cluster({pod("shop/bad", "10.0.0.1").malformed(), pod("shop/a", "10.0.0.2"),
                              pod("shop/b", "10.0.0.2")});
  const auto text = told(state, "shop/bad", "10.0.0.2:1");
  EXPECT_NE(text.find("egress of shop/bad: denied: its object is invalid"), text.npos) << text;
  EXPECT_NE(text.find("ingress of shop/a: denied: other pods have an equal claim"), text.npos)
      << text;
}

TEST(ExplanationText, ItselfAndItsNodeAreNeverBlocked) {
  auto web = pod("shop/web", "10.0.0.1").value();
  web.node_addresses = std::vector<Address>{address("172.18.0.1")};
  const auto state = cluster({PodEvent{web.key, std::make_shared<const Pod>(web)},
                              policy("shop/deny").ingress().egress()});
  EXPECT_NE(told(state, "shop/web", "shop/web:80").find("a pod cannot block itself"),
            std::string::npos);
  for (const auto& [from, to] : {std::pair("172.18.0.1", "shop/web"), {"shop/web", "172.18.0.1"}}) {
    const auto text = told(state, from, to);
    EXPECT_NE(text.find(": allowed\n"), text.npos) << text;
    EXPECT_NE(text.find("a pod and its own node cannot block each other"), text.npos) << text;
  }
  EXPECT_NE(told(state, "192.0.2.2", "shop/web").find(": denied\n"), std::string::npos);
}

TEST(ExplanationText, SaysWhyAnAddressIsInQuarantine) {
  auto state = cluster(
      {pod("shop/client", "10.0.0.2"), pod("shop/job", "10.0.0.3").phase(PodPhase::kSucceeded)});
  state.quarantine(address("10.0.0.1"), key("shop/web"));
  state.quarantine(address("10.0.0.3"), key("shop/job"));
  state.quarantine(address("10.0.0.4"), {});
  const auto text_from = [&](const char* from) {
    return print_text(state,
                      {explain(state, Connection{address(from), address("10.0.0.2"), 6, 80})});
  };
  EXPECT_NE(text_from("10.0.0.1")
                .find("address is quarantined: it was the address of shop/web whose "
                      "object is gone, and an interface of this node still has it"),
            std::string::npos)
      << text_from("10.0.0.1");
  EXPECT_NE(text_from("10.0.0.3").find("of shop/job which has finished"), std::string::npos);
  EXPECT_NE(text_from("10.0.0.4").find("was enforced before the daemon started"),
            std::string::npos);
}

TEST(ExplanationText, NamesTheNodeThatDeniesAnAddressOfTwoPods) {
  const auto state =
      cluster({pod("shop/client", "10.0.0.2"), pod("shop/web", "10.0.0.1").labels("app=web"),
               pod("shop/far", "10.0.0.1").on("n2").created_at(9),
               policy("shop/deny", "app=web").ingress()});
  const auto text = print_text(
      state, {explain(state, Connection{address("10.0.0.2"), address("10.0.0.1"), 6, 80})});
  EXPECT_NE(text.find("enforced on node n1, whose pod shop/web claims this address too"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace portcullis::test::explanation_text_test
