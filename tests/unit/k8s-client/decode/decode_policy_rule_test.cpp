#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

Decoded decode_ingress(const std::string& rules) {
  return decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
    "metadata": {"name": "p"}, "spec": {"ingress": )" +
                     rules + "}}");
}

std::vector<PolicyRule> ingress_of(const std::string& rules) {
  const auto decoded = decode_ingress(rules);
  EXPECT_EQ(texts(decoded.defects), std::vector<std::string>{}) << rules;
  const auto policy = only<NetworkPolicy>(decoded);
  return policy == nullptr ? std::vector<PolicyRule>{} : policy->ingress;
}

LabelSelector app(const std::string& name) {
  return LabelSelector({{"app", Operator::kIn, {name}}});
}

Cidr cidr(std::string_view text) { return parse_cidr(text).value(); }

TEST(DecodePolicyRule, EmptyOnesAllowEverything) {
  EXPECT_EQ(ingress_of("[{}]"), std::vector<PolicyRule>(1));
  EXPECT_EQ(ingress_of(R"([{"from": [], "ports": []}, {"from": null, "ports": null}])"),
            std::vector<PolicyRule>(2));
  EXPECT_TRUE(ingress_of("[]").empty());
  EXPECT_TRUE(ingress_of("null").empty());
}

TEST(DecodePolicyRule, Ports) {
  const auto rules = ingress_of(R"([{"ports": [
      {}, {"port": 80}, {"port": "http", "protocol": "TCP"}, {"protocol": "UDP"},
      {"protocol": "SCTP", "port": 1000, "endPort": 2000}, {"port": 65535, "endPort": 65535}]}])");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules.front().ports, (std::vector<PolicyPort>{
                                     {Protocol::kTcp, EveryPort{}},
                                     {Protocol::kTcp, PortRange{80, 80}},
                                     {Protocol::kTcp, "http"},
                                     {Protocol::kUdp, EveryPort{}},
                                     {Protocol::kSctp, PortRange{1000, 2000}},
                                     {Protocol::kTcp, PortRange{65535, 65535}},
                                 }));
}

TEST(DecodePolicyRule, Peers) {
  const auto rules = ingress_of(R"([{"from": [
      {"podSelector": {"matchLabels": {"app": "a"}}},
      {"namespaceSelector": {"matchLabels": {"app": "b"}}},
      {"podSelector": {"matchLabels": {"app": "a"}}, "namespaceSelector": {}},
      {"podSelector": {}, "namespaceSelector": null},
      {"ipBlock": {"cidr": "10.0.0.5/8", "except": ["10.1.0.0/16", "10.1.0.0/16"]}},
      {"ipBlock": {"cidr": "2001:db8::/32", "except": null}}]}])");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules.front().peers,
            (std::vector<PolicyPeer>{
                PodPeer{std::nullopt, app("a")},
                PodPeer{app("b"), LabelSelector()},
                PodPeer{LabelSelector(), app("a")},
                PodPeer{std::nullopt, LabelSelector()},
                IpBlock{cidr("10.0.0.0/8"), {cidr("10.1.0.0/16"), cidr("10.1.0.0/16")}},
                IpBlock{cidr("2001:db8::/32"), {}},
            }));
}

// As older API servers stored it: an exception that covers everything leaves nothing.
TEST(DecodePolicyRule, AnExceptionMayTakeTheWholeBlock) {
  for (const auto* except : {"10.1.0.0/16", "10.1.2.3/16", "10.0.0.0/8", "0.0.0.0/0"}) {
    const auto rules = ingress_of(R"([{"from": [{"ipBlock": {"cidr": "10.1.0.0/16", "except": [")" +
                                  std::string(except) + "\"]}}]}]");
    ASSERT_EQ(rules.size(), 1U) << except;
    EXPECT_EQ(rules.front().peers,
              std::vector<PolicyPeer>{(IpBlock{cidr("10.1.0.0/16"), {cidr("10.1.0.0/16")}})})
        << except;
  }
}

TEST(DecodePolicyRule, BlocksAreReadAsOlderServersReadThem) {
  const auto rules = ingress_of(R"([{"from": [{"ipBlock": {"cidr": "010.001.2.3/08"}}]}])");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules.front().peers, std::vector<PolicyPeer>{(IpBlock{cidr("10.0.0.0/8"), {}})});
}

TEST(DecodePolicyRule, DirectionsDoNotMix) {
  const auto decoded = decode_json(R"({"apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": {
      "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "in"}}}]}],
      "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "out"}}}]}]}})");
  const auto policy = only<NetworkPolicy>(decoded);
  ASSERT_NE(policy, nullptr);
  EXPECT_EQ(policy->ingress.at(0).peers,
            std::vector<PolicyPeer>{(PodPeer{std::nullopt, app("in")})});
  EXPECT_EQ(policy->egress.at(0).peers,
            std::vector<PolicyPeer>{(PodPeer{std::nullopt, app("out")})});
}

struct BadRule {
  const char* rules;
  const char* field;    // below spec.ingress
  const char* message;  // the beginning of it
};

class MalformedRule : public testing::TestWithParam<BadRule> {};

TEST_P(MalformedRule, IsToldAndAllowsNothing) {
  const auto decoded = decode_ingress(GetParam().rules);
  ASSERT_EQ(decoded.defects.size(), 1U) << testing::PrintToString(texts(decoded.defects));
  EXPECT_EQ(decoded.defects.front().field, std::string("spec.ingress") + GetParam().field);
  EXPECT_TRUE(decoded.defects.front().message.starts_with(GetParam().message))
      << decoded.defects.front().message;
  const auto policy = only<NetworkPolicy>(decoded);
  ASSERT_NE(policy, nullptr);
  EXPECT_TRUE(policy->malformed && policy->isolates_ingress && policy->ingress.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Ports, MalformedRule,
    testing::Values(
        BadRule{"{}", "", "is a mapping, but must be a list"},
        BadRule{"[null]", "[0]", "is an empty item"},
        BadRule{"[{}, []]", "[1]", "is a list, but must be a mapping"},
        BadRule{R"([{"ports": {}}])", "[0].ports", "is a mapping, but must be a list"},
        BadRule{R"([{"ports": [80]}])", "[0].ports[0]", "is a number, but must be a mapping"},
        BadRule{R"([{"ports": [null]}])", "[0].ports[0]", "is an empty item"},
        BadRule{R"([{"ports": [{"port": 0}]}])", "[0].ports[0].port", "0 is not a port"},
        BadRule{R"([{"ports": [{"port": 65536}]}])", "[0].ports[0].port", "65536 is not a port"},
        BadRule{R"([{"ports": [{"port": -1}]}])", "[0].ports[0].port", "-1 is not a port"},
        BadRule{R"([{"ports": [{"port": 80.5}]}])", "[0].ports[0].port", "is a number, but must"},
        BadRule{R"([{"ports": [{"port": true}]}])", "[0].ports[0].port", "is a boolean, but must"},
        BadRule{R"([{"ports": [{"port": "80"}]}])", "[0].ports[0].port",
                "\"80\" is not a valid port name"},
        BadRule{R"([{"ports": [{"port": ""}]}])", "[0].ports[0].port",
                "\"\" is not a valid port name"},
        BadRule{R"([{"ports": [{"protocol": "ICMP"}]}])", "[0].ports[0].protocol",
                "\"ICMP\" is not a protocol"},
        BadRule{R"([{"ports": [{"protocol": 6}]}])", "[0].ports[0].protocol", "is a number, but"},
        BadRule{R"([{"ports": [{"port": 80, "endPort": 79}]}])", "[0].ports[0].endPort",
                "79 is below port 80"},
        BadRule{R"([{"ports": [{"port": 80, "endPort": 70000}]}])", "[0].ports[0].endPort",
                "70000 is not a port"},
        BadRule{R"([{"ports": [{"port": 80, "endPort": "90"}]}])", "[0].ports[0].endPort",
                "is a string, but must be a whole number"},
        BadRule{R"([{"ports": [{"port": "http", "endPort": 90}]}])", "[0].ports[0].endPort",
                "needs a port that is a number"},
        BadRule{R"([{"ports": [{"endPort": 90}]}])", "[0].ports[0].endPort",
                "needs a port that is a number"}));

INSTANTIATE_TEST_SUITE_P(
    Peers, MalformedRule,
    testing::Values(
        BadRule{R"([{"from": {"podSelector": {}}}])", "[0].from", "is a mapping, but must"},
        BadRule{R"([{"from": [{}]}])", "[0].from[0]", "names no peer"},
        BadRule{R"([{"from": [{"ipBlock": null}]}])", "[0].from[0]", "names no peer"},
        BadRule{R"([{"from": [null]}])", "[0].from[0]", "is an empty item"},
        BadRule{R"([{"from": ["web"]}])", "[0].from[0]", "is a string, but must be a mapping"},
        BadRule{R"([{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}])",
                "[0].from[0]", "has an ipBlock and a selector"},
        BadRule{R"([{"from": [{"namespaceSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}])",
                "[0].from[0]", "has an ipBlock and a selector"},
        BadRule{R"([{"from": [{"podSelector": []}]}])", "[0].from[0].podSelector", "is a list"},
        BadRule{R"([{"from": [{"namespaceSelector": 1}]}])", "[0].from[0].namespaceSelector",
                "is a number"},
        BadRule{R"([{"from": [{"ipBlock": "10.0.0.0/8"}]}])", "[0].from[0].ipBlock", "is a string"},
        BadRule{R"([{"from": [{"ipBlock": {}}]}])", "[0].from[0].ipBlock.cidr", "is missing"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "10.0.0.0"}}]}])", "[0].from[0].ipBlock.cidr",
                "\"10.0.0.0\" is not a CIDR block"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "10.0.0.0/33"}}]}])", "[0].from[0].ipBlock.cidr",
                "\"10.0.0.0/33\" is not a CIDR block"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "::ffff:10.0.0.0/104"}}]}])",
                "[0].from[0].ipBlock.cidr", "\"::ffff:10.0.0.0/104\" is an IPv4 address"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": "10.1.0.0/16"}}]}])",
                "[0].from[0].ipBlock.except", "is a string, but must be a list"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}])",
                "[0].from[0].ipBlock.except[0]", "11.0.0.0/16 is outside of 10.0.0.0/8"},
        BadRule{R"([{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["fd00::/8"]}}]}])",
                "[0].from[0].ipBlock.except[0]", "fd00::/8 is outside of"}));

}  // namespace
}  // namespace portcullis::k8s
