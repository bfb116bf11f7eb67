#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

std::vector<std::string> names(const Decoded& decoded) {
  std::vector<std::string> result;
  for (const auto& object : decoded.objects) result.push_back(name_of(object));
  return result;
}

TEST(DecodeList, HoldsAnything) {
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {}},
    {"apiVersion": "v1", "kind": "List", "items": [
      {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}}]},
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "c"}}]})");
  EXPECT_TRUE(decoded.defects.empty());
  EXPECT_EQ(names(decoded),
            (std::vector<std::string>{"Pod default/a", "Namespace b", "NetworkPolicy default/c"}));
}

TEST(DecodeList, ItemsOfAServersListNeedNotSayWhatTheyAre) {
  EXPECT_EQ(names(decode_json(R"({"apiVersion": "v1", "kind": "PodList",
    "metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "a"}}]})")),
            std::vector<std::string>{"Pod default/a"});
  EXPECT_EQ(names(decode_json(R"({"apiVersion": "v1", "kind": "NamespaceList",
    "items": [{"metadata": {"name": "a"}}]})")),
            std::vector<std::string>{"Namespace a"});
  const auto policies = decode_json(R"({"apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicyList", "items": [{"metadata": {"name": "a"}}]})");
  EXPECT_TRUE(policies.defects.empty());
  EXPECT_EQ(names(policies), std::vector<std::string>{"NetworkPolicy default/a"});
}

TEST(DecodeList, ForeignAndEmptyOnesAreNothing) {
  for (const auto* text :
       {R"({"apiVersion": "v1", "kind": "List"})",
        R"({"apiVersion": "v1", "kind": "PodList", "items": null})",
        R"({"apiVersion": "v1", "kind": "ServiceList", "items": [{"kind": 5}]})",
        R"({"apiVersion": "metrics.k8s.io/v1", "kind": "PodList", "items": [{}]})",
        R"({"apiVersion": "apps/v1", "kind": "Deployment", "spec": 5})", "null"}) {
    const auto decoded = decode_json(text);
    EXPECT_TRUE(decoded.objects.empty() && decoded.defects.empty()) << text;
  }
}

TEST(DecodeList, OneBadItemDoesNotDisturbTheOthers) {
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "List", "items": [
    {"metadata": {"name": "a"}}, null, 5,
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b", "labels": {"x": 1}}},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}}]})");
  EXPECT_EQ(names(decoded), (std::vector<std::string>{"Pod default/b", "Pod default/c"}));
  EXPECT_EQ(texts(decoded.defects),
            (std::vector<std::string>{
                "line 2: : items[2]: is a number, but must be a mapping",
                "line 3: Pod default/b: items[3].metadata.labels.x: is a number, but must be a "
                "string (put it in quotes)",
                "line 2: List: items[1]: is an empty item; fill it in or remove it"}));
  EXPECT_EQ(lost(decoded),
            "line 2: : items[0].kind: is missing or not a string; write the object's kind, such as "
            "NetworkPolicy");
  EXPECT_FALSE(std::get<PodEvent>(decoded.objects.at(1)).object->malformed);
}

TEST(DecodeList, BadItemsAreTold) {
  EXPECT_EQ(lost(decode_json(R"({"apiVersion": "v1", "kind": "List", "items": {}})")),
            "line 1: List: items: is a mapping, but must be a list");
}

// Their items could be policies.
TEST(DecodeList, MistypedListsAreLost) {
  for (const auto* text :
       {R"({"apiVersion": "v1", "kind": "List", "itmes": [{"kind": "Pod"}]})",
        R"({"apiVersion": "v1", "kind": "Lits", "items": [{"kind": "Pod"}]})",
        R"({"apiVersion": "v1", "kind": "List", "items": [{"knid": "Pod"}]})",
        R"({"apiVersion": "v1", "kind": "List", "items": [], "items": [{"kind": "Pod"}]})"}) {
    EXPECT_NE(lost(decode_json(text)), "") << text;
  }
}

TEST(DecodeList, MistypedKindsAreTold) {
  for (const auto* kind : {"networkpolicylist", "NetworkPoliciesList"}) {
    const auto decoded = decode_json(std::string(R"({"apiVersion": "networking/v1", "kind": ")") +
                                     kind + R"(", "items": [{"metadata": {"name": "a"}}]})");
    EXPECT_EQ(names(decoded), std::vector<std::string>{"NetworkPolicy default/a"});
    EXPECT_EQ(fields(decoded), (std::vector<std::string>{"kind", "items[0].apiVersion"})) << kind;
  }
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "list", "items": [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]})");
  EXPECT_EQ(names(decoded), std::vector<std::string>{"Pod default/a"});
  EXPECT_EQ(fields(decoded), std::vector<std::string>{"kind"});
}

TEST(DecodeList, NamelessPoliciesHaveDifferentNames) {
  const auto decoded = decode_json(R"({"apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicyList", "items": [{}, {}]})");
  EXPECT_EQ(names(decoded),
            (std::vector<std::string>{"NetworkPolicy default/test.json, document 1#1",
                                      "NetworkPolicy default/test.json, document 1#2"}));
}

TEST(DecodeList, WhatIsNoObjectIsTold) {
  for (const auto* text : {"5", "\"Pod\"", "[]", R"([{"kind": "Pod"}])", "{}", R"({"kind": 5})",
                           R"({"kind": null, "apiVersion": "v1"})", R"({"kind": []})"}) {
    const auto decoded = decode_json(text);
    EXPECT_TRUE(decoded.objects.empty()) << text;
    EXPECT_TRUE(decoded.lost) << text;
  }
}

}  // namespace
}  // namespace portcullis::k8s
