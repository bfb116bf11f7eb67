#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/ruleset/print.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

Json commands(const Ruleset& ruleset) { return Json::parse(print_json(ruleset)).at("nftables"); }

// What is added: {"set": {...}} and so on, without the leading table.
Json objects(const Ruleset& ruleset) {
  Json objects = Json::array();
  for (const auto& command : commands(ruleset)) {
    if (command.contains("add")) objects.push_back(command.at("add"));
  }
  objects.erase(objects.begin());
  return objects;
}

Json only_object(const Ruleset& ruleset) {
  const auto all = objects(ruleset);
  EXPECT_EQ(all.size(), 1u);
  return all.at(0);
}

Json json_of(const Set& set) {
  Ruleset ruleset;
  ruleset.sets[set.spec.name] = set;
  return only_object(ruleset);
}

Json expressions(std::vector<Statement> statements) {
  Ruleset ruleset;
  ruleset.chains["c"] = {{"c", std::nullopt, ""}, {Rule{std::move(statements)}}};
  return objects(ruleset).at(1).at("rule").at("expr");
}

ElementKey one(std::string_view text) { return ElementKey().append(address(text)); }

TEST(PrintJson, BeginsWithTheSchemaAndTheTable) {
  const auto all = commands({});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], Json::parse(R"({"metainfo": {"json_schema_version": 1}})"));
  EXPECT_EQ(all[1], Json::parse(R"({"add": {"table": {"family": "inet", "name": "portcullis"}}})"));
}

TEST(PrintJson, HashSet) {
  const SetSpec spec{"peer", {FieldType::kIpv4Addr}, false, false, "app=web in shop"};
  EXPECT_EQ(json_of({spec, {{one("10.0.0.1"), {}, {}}}}), Json::parse(R"({"set": {
    "family": "inet", "table": "portcullis", "name": "peer", "type": "ipv4_addr",
    "comment": "app=web in shop", "elem": ["10.0.0.1"]}})"));
}

TEST(PrintJson, RangesArePrefixesWhereTheyCanBe) {
  const SetSpec spec{"cidr", {FieldType::kIpv6Addr}, true, false, ""};
  EXPECT_EQ(json_of({spec,
                     {{one("fd00::"), one("fd00::ffff"), {}},
                      {one("fd01::1"), one("fd01::1"), {}},
                      {one("fd02::1"), one("fd02::4"), {}}}}),
            Json::parse(R"({"set": {
    "family": "inet", "table": "portcullis", "name": "cidr", "type": "ipv6_addr",
    "flags": ["interval"],
    "elem": [{"prefix": {"addr": "fd00::", "len": 112}}, "fd01::1",
             {"range": ["fd02::1", "fd02::4"]}]}})"));
}

TEST(PrintJson, ConcatenationsHavePortsAsNumbers) {
  const SetSpec spec{"port", {FieldType::kInetService, FieldType::kInetProto}, true, false, ""};
  const auto port = [](std::uint8_t protocol, std::uint16_t number) {
    return ElementKey().append_port(number).append_protocol(protocol);
  };
  EXPECT_EQ(
      json_of({spec, {{port(17, 1), port(17, 9), {}}, {port(6, 80), port(6, 80), {}}}}).at("set"),
      Json::parse(R"({
    "family": "inet", "table": "portcullis", "name": "port",
    "type": ["inet_service", "inet_proto"], "flags": ["interval"],
    "elem": [{"concat": [{"range": [1, 9]}, "udp"]}, {"concat": [80, "tcp"]}]})"));
}

TEST(PrintJson, VerdictMapElementsJumpOrGo) {
  const SetSpec spec{"ingress-v4", {FieldType::kIpv4Addr}, false, true, ""};
  EXPECT_EQ(json_of({spec, {{one("10.0.0.1"), {}, "in-1f"}, {one("10.0.0.2"), {}, "in-2", true}}}),
            Json::parse(R"({"map": {
    "family": "inet", "table": "portcullis", "name": "ingress-v4", "type": "ipv4_addr",
    "map": "verdict", "elem": [["10.0.0.1", {"jump": {"target": "in-1f"}}],
                               ["10.0.0.2", {"goto": {"target": "in-2"}}]]}})"));
}

TEST(PrintJson, BaseChain) {
  Ruleset ruleset;
  ruleset.chains["forward"] = {{"forward", BaseChain{}, ""}, {}};
  EXPECT_EQ(only_object(ruleset), Json::parse(R"({"chain": {
    "family": "inet", "table": "portcullis", "name": "forward", "type": "filter",
    "hook": "forward", "prio": -1, "policy": "accept"}})"));
}

TEST(PrintJson, Statements) {
  EXPECT_EQ(expressions({ConntrackState{ConntrackState::kEstablished | ConntrackState::kRelated},
                         Verdict{Verdict::Kind::kAccept}}),
            Json::parse(R"([{"match": {"op": "in", "left": {"ct": {"key": "state"}},
                                       "right": ["established", "related"]}},
                            {"accept": null}])"));
  EXPECT_EQ(expressions({Equal{Field::kIp6HopLimit, 255}, Counter{}, Verdict{}}),
            Json::parse(R"([{"match": {"op": "==",
                "left": {"payload": {"protocol": "ip6", "field": "hoplimit"}}, "right": 255}},
                            {"counter": null}, {"drop": null}])"));
  EXPECT_EQ(expressions({InSet{{Field::kDestinationPort, Field::kL4Proto}, "port", true},
                         Verdict{Verdict::Kind::kReturn}}),
            Json::parse(R"([{"match": {"op": "==",
                "left": {"concat": [{"payload": {"protocol": "th", "field": "dport"}},
                                    {"meta": {"key": "l4proto"}}]},
                "right": "@port"}}, {"return": null}])"));
  EXPECT_EQ(expressions({VerdictMap{{Field::kIp4Source}, "egress-v4"}}),
            Json::parse(R"([{"vmap": {"key": {"payload": {"protocol": "ip", "field": "saddr"}},
                                      "data": "@egress-v4"}}])"));
  EXPECT_EQ(expressions({ConntrackStatus{ConntrackStatus::kDestinationNat},
                         AtMost{Field::kIp6Length, 32}, Jump{"icmp-error", false}}),
            Json::parse(R"([{"match": {"op": "in", "left": {"ct": {"key": "status"}},
                                       "right": "dnat"}},
                            {"match": {"op": "<=",
                "left": {"payload": {"protocol": "ip6", "field": "length"}}, "right": 32}},
                            {"jump": {"target": "icmp-error"}}])"));
  EXPECT_EQ(expressions({InBlock{Field::kIp6Source, cidr("fe80::/10"), true},
                         InSet{{Field::kIp6Source, Field::kReplyIp6Source}, "self", false, true},
                         Jump{"sender", true}}),
            Json::parse(R"([{"match": {"op": "!=",
                "left": {"payload": {"protocol": "ip6", "field": "saddr"}},
                "right": {"prefix": {"addr": "fe80::", "len": 10}}}},
                            {"match": {"op": "!=",
                "left": {"concat": [{"payload": {"protocol": "ip6", "field": "saddr"}},
                                    {"ct": {"key": "ip6 saddr", "dir": "reply"}}]},
                "right": "@self"}}, {"goto": {"target": "sender"}}])"));
  EXPECT_EQ(expressions({VerdictMap{{Field::kIp6SourceScope}, "egress"}}),
            Json::parse(R"([{"vmap": {
                "key": {"&": [{"payload": {"protocol": "ip6", "field": "saddr"}}, "ffc0::"]},
                "data": "@egress"}}])"));
}

TEST(PrintJson, WhatIsReferredToComesFirst) {
  const auto ruleset = compile(cluster({pod("shop/web", "10.0.0.1"),
                                        policy("shop/p").ingress(from({pods("app=api")}).tcp(80))}),
                               "n1");
  const std::vector<std::string> order = {"counter", "chain", "set", "rule"};
  std::size_t stage = 0;
  for (const auto& object : objects(ruleset)) {
    const auto kind = object.contains("map") ? "set" : object.begin().key();
    while (stage < order.size() && order[stage] != kind) ++stage;
  }
  EXPECT_EQ(stage, 3u);  // each kind after the ones before it, rules at the end
}

}  // namespace
}  // namespace portcullis::test
