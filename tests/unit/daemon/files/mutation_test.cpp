#include <gtest/gtest.h>

#include <random>

#include "daemon/files/manifests.h"

// Whatever mutation a manifest has, reading it ends with a result, and an object of a document with
// defects is malformed.
namespace portcullis {
namespace {

const std::string kYaml = R"(# shop
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop, labels: &labels {app: web, "tier": 'front'}}
spec:
  podSelector:
    matchLabels: *labels
    matchExpressions:
    - {key: env, operator: NotIn, values: [dev, "test"]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}
    - namespaceSelector: {}
      podSelector: {matchExpressions: [{key: a.b/c, operator: Exists}]}
    ports:
    - {protocol: TCP, port: 80, endPort: 90}
    - port: http
  egress: [{}]
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata:
    <<: {name: web-1}
    creationTimestamp: "2024-02-29T12:00:00Z"
  spec:
    nodeName: node-1
    hostNetwork: no
    containers: [{name: c, ports: [{name: http, containerPort: 0o120}]}]
  status: {phase: Running, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}
- {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}
)";

const std::string kJson = R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList",
"items": [{"metadata": {"name": "a"}, "spec": {"podSelector": {}, "ingress": [{"from": [
{"ipBlock": {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]}}], "ports": [{"port": 1}]}]}},
{"metadata": {"name": "b\u0041", "namespace": "c"}, "spec": {"policyTypes": ["Egress"]}}]}
{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a", "labels": {"x": "y"}},
"status": {"podIP": "10.0.0.1"}}]})";

bool is_malformed(const Event& event) {
  return std::visit([](const auto& each) { return each.object->malformed; }, event);
}

void check(const std::string& text) {
  const auto file = parse_manifest("m.yaml", text);
  if (!file) {
    EXPECT_FALSE(file.error().message.empty());
    EXPECT_LT(file.error().message.size(), 400U) << text;
    return;
  }
  ASSERT_EQ(file->objects.size(), file->documents.size());
  for (const auto& problem : file->problems) {
    EXPECT_GE(problem.document, 1);
    EXPECT_FALSE(problem.defect.message.empty());
    EXPECT_LT(to_string(problem).size(), 1000U);
  }
  for (const auto& object : file->objects) {
    EXPECT_FALSE(is_malformed(object) && file->problems.empty()) << text;
  }
  (void)merge({*file, *file});
}

class Mutation : public testing::TestWithParam<std::string> {};

TEST_P(Mutation, TruncatedAnywhere) {
  for (std::size_t size = 0; size <= GetParam().size(); ++size) check(GetParam().substr(0, size));
}

TEST_P(Mutation, WithAnyByteReplaced) {
  static constexpr std::string_view kBytes(
      "{}[]:,-\"'&*!|>#%@`?~<\n\t \0\x04\xff"
      "0aZ",
      29);
  std::mt19937 random(1);
  for (std::size_t at = 0; at < GetParam().size(); ++at) {
    auto text = GetParam();
    text[at] = kBytes[random() % kBytes.size()];
    check(text);
  }
}

TEST_P(Mutation, WithPiecesMovedAbout) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    auto text = GetParam();
    for (int i = 0; i < 3; ++i) {
      const auto from = random() % text.size();
      const auto piece = text.substr(from, random() % 40);
      if (random() % 2 == 0) text.erase(from, piece.size());
      if (text.empty()) break;
      text.insert(random() % text.size(), piece);
    }
    check(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Yaml, Mutation, testing::Values(kYaml));
INSTANTIATE_TEST_SUITE_P(Json, Mutation, testing::Values(kJson));

TEST(MutationSeeds, AreWell) {
  for (const auto& text : {kYaml, kJson}) {
    const auto file = parse_manifest("m.yaml", text);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->objects.size(), 3U);
    EXPECT_EQ(file->problems.size(), text == kJson ? 1U : 0U) << "bA is not a name";
  }
}

}  // namespace
}  // namespace portcullis
