#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/explain/explanation.h"
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
    "allowed": false,
    "connections": [{
      "family": "IPv4", "protocol": "TCP", "port": 80, "allowed": false,
      "from": {"address": "10.0.0.2", "pod": "shop/api"},
      "to": {"address": "10.0.0.1", "pod": "shop/web"},
      "egress": {"allowed": true, "isolated": false, "reason": "NotIsolated", "policies": []},
      "ingress": {
        "allowed": false, "isolated": true, "reason": "NoRule", "policies": ["shop/in"],
        "nearestMiss": {
          "policy": "shop/in", "field": "spec.ingress[0]", "peersMatch": true, "portsMatch": false,
          "message": "policy shop/in, spec.ingress[0], allows 8080/TCP from app=api in shop; the connection uses 80/TCP"}},
      "allowedTraffic": "8080/TCP"}]})"));
}

TEST(ExplanationJson, NamesTheRuleThatAllows) {
  const auto state = cluster({pod("shop/web", "10.0.0.1"), policy("shop/in").ingress(from())});
  const auto document = told(state, "192.0.2.1", "shop/web");
  EXPECT_TRUE(document["allowed"]);
  const auto& connection = document["connections"][0];
  EXPECT_FALSE(connection.contains("port"));
  EXPECT_FALSE(connection["from"].contains("pod"));
  EXPECT_EQ(connection["ingress"]["rule"]["field"], "spec.ingress[0]");
  EXPECT_EQ(connection["egress"]["reason"], "NoPod");
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
