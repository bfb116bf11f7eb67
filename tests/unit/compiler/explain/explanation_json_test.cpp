#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/explain/explanation.h"
#include "compiler/explain/json_error.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

nlohmann::json told(const ClusterState& state, const char* from, const char* to) {
  return nlohmann::json::parse(print_json(state, *explain(state, from, to)));
}

TEST(ExplanationJson, SaysWhatTheTextSays) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1").labels("app=web"), pod("shop/api", "10.0.0.2").labels("app=api"),
       policy("shop/in", "app=web").ingress(from({pods("app=api")}).tcp(8080))});
  const auto document = told(state, "shop/api", "shop/web:80");
  EXPECT_EQ(document, nlohmann::json::parse(R"({
    "apiVersion": "portcullis/v1", "kind": "Explanation", "warnings": [],
    "allowed": false,
    "connections": [{
      "family": "IPv4", "protocol": "TCP", "port": 80, "allowed": false,
      "from": {"address": "10.0.0.2", "pod": "shop/api"},
      "to": {"address": "10.0.0.1", "pod": "shop/web"},
      "egress": {"allowed": true, "isolated": false, "reason": "NotIsolated", "policies": [],
                 "rules": [],
                 "allowedTraffic": {"summary": "all", "otherProtocols": true, "ports": [
                   {"protocol": "TCP", "port": 0, "endPort": 65535},
                   {"protocol": "UDP", "port": 0, "endPort": 65535},
                   {"protocol": "SCTP", "port": 0, "endPort": 65535}]}},
      "ingress": {
        "allowed": false, "isolated": true, "reason": "NoRule", "policies": ["shop/in"],
        "rules": [],
        "allowedTraffic": {"summary": "8080/TCP", "otherProtocols": false,
                           "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}]},
        "nearestMiss": {
          "policy": "shop/in", "field": "spec.ingress[0]", "peersMatch": true, "portsMatch": false,
          "message": "policy shop/in, spec.ingress[0], allows 8080/TCP from app=api in shop; the connection uses 80/TCP"}},
      "allowedTraffic": {"summary": "8080/TCP", "otherProtocols": false,
                         "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}]}}]})"));
}

TEST(ExplanationJson, NamesTheRuleThatAllows) {
  const auto state = cluster({pod("shop/web", "10.0.0.1"), policy("shop/in").ingress(from())});
  const auto document = told(state, "192.0.2.1", "shop/web");
  EXPECT_TRUE(document["allowed"]);
  const auto& connection = document["connections"][0];
  EXPECT_FALSE(connection.contains("port"));
  EXPECT_FALSE(connection["from"].contains("pod"));
  EXPECT_FALSE(connection.contains("protocol"));
  EXPECT_EQ(connection["ingress"]["rules"][0]["field"], "spec.ingress[0]");
  EXPECT_EQ(connection["egress"]["reason"], "NoPod");
}

TEST(ExplanationJson, WithoutAPortTellsWhichPass) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1"), policy("shop/in").ingress(from().tcp(80))});
  const auto document = told(state, "192.0.2.1", "shop/web");
  EXPECT_FALSE(document["allowed"]);
  const auto& ingress = document["connections"][0]["ingress"];
  EXPECT_FALSE(ingress["allowed"]);
  EXPECT_EQ(ingress["reason"], "SomePorts");
  EXPECT_EQ(ingress["rules"].size(), 1u);
  EXPECT_EQ(ingress["allowedTraffic"]["summary"], "80/TCP");
}

TEST(ExplanationJson, SaysWhatItIsAndWhatItIsWorth) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1"), pod("shop/node", "172.18.0.1").host_network()});
  const auto document = nlohmann::json::parse(
      print_json(state, *explain(state, "shop/node", "shop/web:80"), {"stale: pods"}));
  EXPECT_EQ(document["apiVersion"], "portcullis/v1");
  EXPECT_EQ(document["kind"], "Explanation");
  EXPECT_EQ(document["warnings"], nlohmann::json::array({"stale: pods"}));
  EXPECT_EQ(document["connections"][0]["from"],
            nlohmann::json::parse(
                R"({"address": "172.18.0.1", "pod": "shop/node", "hostNetwork": true})"));
}

TEST(ExplanationJson, ErrorsHaveTheSameSchema) {
  const auto document =
      nlohmann::json::parse(print_json(Error{ErrorCode::kNotFound, "there is no pod a/b"}));
  EXPECT_EQ(document, nlohmann::json::parse(R"({
    "apiVersion": "portcullis/v1", "kind": "Error", "warnings": [],
    "error": {"code": "NotFound", "message": "there is no pod a/b"}})"));
}

TEST(ExplanationJson, IsAllowedOnlyIfEveryFamilyIs) {
  const auto state =
      cluster({pod("shop/web", "10.0.0.1 fd00::1"), pod("bank/api", "10.0.0.2 fd00::2"),
               policy("shop/p").ingress(from({block("10.0.0.0/8")}))});
  const auto document = told(state, "bank/api", "shop/web:80");
  EXPECT_FALSE(document["allowed"]);
  EXPECT_TRUE(document["connections"][0]["allowed"]);
  EXPECT_FALSE(document["connections"][1]["allowed"]);
}

}  // namespace
}  // namespace portcullis::test
