#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

std::string policy(const std::string& spec, const std::string& metadata = R"("name": "p")",
                   const std::string& api_version = "networking.k8s.io/v1") {
  return R"({"apiVersion": ")" + api_version + R"(", "kind": "NetworkPolicy", "metadata": {)" +
         metadata + "}, \"spec\": " + spec + "}";
}

struct Isolation {
  const char* spec;
  bool ingress;
  bool egress;
  bool malformed;
};

class PolicyTypes : public testing::TestWithParam<Isolation> {};

TEST_P(PolicyTypes, SayWhatIsIsolated) {
  const auto decoded = decode_json(policy(GetParam().spec));
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->isolates_ingress, GetParam().ingress) << GetParam().spec;
  EXPECT_EQ(got->isolates_egress, GetParam().egress) << GetParam().spec;
  EXPECT_EQ(got->malformed, GetParam().malformed) << testing::PrintToString(texts(decoded.defects));
}

INSTANTIATE_TEST_SUITE_P(
    All, PolicyTypes,
    testing::Values(
        Isolation{"null", true, false, false}, Isolation{"{}", true, false, false},
        Isolation{R"({"ingress": [{}]})", true, false, false},
        Isolation{R"({"egress": [{}]})", true, true, false},
        Isolation{R"({"egress": []})", true, false, false},
        Isolation{R"({"policyTypes": [], "egress": [{}]})", true, true, false},
        Isolation{R"({"policyTypes": null, "egress": [{}]})", true, true, false},
        Isolation{R"({"policyTypes": ["Egress"]})", false, true, false},
        Isolation{R"({"policyTypes": ["Ingress"], "egress": [{}]})", true, false, false},
        Isolation{R"({"policyTypes": ["Egress", "Ingress"]})", true, true, false},
        // policyTypes applies, whatever else is invalid.
        Isolation{R"({"policyTypes": ["Egress"], "ingress": 1})", false, true, true},
        Isolation{R"({"policyTypes": ["Egress"], "x": 1})", false, true, true},
        Isolation{R"({"ingress": [{"from": 1}]})", true, false, true},
        // It may have meant both.
        Isolation{"[]", true, true, true}, Isolation{R"({"egress": {}})", true, true, true},
        Isolation{R"({"policyType": ["Egress"]})", true, true, true},
        Isolation{R"({"policyTypes": "Egress"})", true, true, true},
        Isolation{R"({"policyTypes": ["egress"]})", true, true, true},
        Isolation{R"({"policyTypes": ["Egress", null]})", true, true, true},
        Isolation{R"({"policyTypes": ["Egress", 5]})", true, true, true},
        Isolation{R"({"policyTypes": ["Egress", "Egress", "Egress"]})", true, true, true}));

TEST(DecodePolicy, MalformedAllowsNothingAndKeepsItsSubjects) {
  const auto decoded = decode_json(policy(
      R"({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress", "Egress"],
          "ingress": [{}, {"form": []}], "egress": [{}]})",
      R"("name": "p", "namespace": "shop")"));
  EXPECT_EQ(texts(decoded.defects),
            std::vector<std::string>{"line 2: NetworkPolicy shop/p: spec.ingress[1].form: is not a "
                                     "field of the API; known here: ports, from"});
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_TRUE(got->malformed);
  EXPECT_TRUE(got->ingress.empty() && got->egress.empty());
  EXPECT_EQ(to_string(got->pod_selector), "app=web");
}

TEST(DecodePolicy, AServersUnknownFieldsBesideTheSpecAreTolerated) {
  const auto decoded =
      decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "new": 1,
    "metadata": {"name": "p", "new": 1}, "spec": {"ingress": [{}]}, "status": {"new": 1}})",
                  UnknownFields::kTolerate);
  EXPECT_TRUE(decoded.defects.empty());
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_FALSE(got->malformed);
  EXPECT_EQ(got->ingress.size(), 1U);
}

// A field that restricts a policy for newer readers would widen it for us.
TEST(DecodePolicy, AServersUnknownFieldsInTheSpecAreNot) {
  for (const auto* spec : {R"({"newField": 1, "ingress": [{}]})",
                           R"({"podSelector": {"newField": 1}, "ingress": [{}]})"}) {
    const auto decoded = decode_json(policy(spec), UnknownFields::kTolerate);
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr);
    EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty()) << spec;
  }
  for (const auto* rule :
       {R"({"newField": 1})", R"({"ports": [{"newField": 1}]})", R"({"from": [{"newField": 1}]})",
        R"({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "newField": 1}}]})",
        R"({"from": [{"podSelector": {"newField": 1}}]})",
        R"({"from": [{"namespaceSelector": {"newField": 1}}]})",
        R"({"from": [{"podSelector": {"matchExpressions": [
             {"key": "a", "operator": "Exists", "newField": 1}]}}]})"}) {
    const auto decoded =
        decode_json(policy(std::string(R"({"podSelector": {}, "ingress": [)") + rule + "]}"),
                    UnknownFields::kTolerate);
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr);
    EXPECT_TRUE(got->malformed) << rule;
    EXPECT_TRUE(got->ingress.empty()) << rule;
    ASSERT_FALSE(decoded.defects.empty()) << rule;
    EXPECT_NE(decoded.defects[0].field.find("newField"), std::string::npos);
  }
}

TEST(DecodePolicy, FilesUnknownFieldsAreTyping) {
  const auto decoded =
      decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "extra": 1,
    "metadata": {"name": "p", "anything": 1}, "status": {"anything": 1},
    "spec": {"x": 1, "podSelector": {"x": 1},
             "ingress": [{"to": [], "from": [{"x": 1, "podSelector": {"x": 1}},
                                             {"ipBlock": {"cidr": "10.0.0.0/8", "x": 1}}]}],
             "egress": [{"from": [], "ports": [{"x": 1}]}]}})");
  EXPECT_EQ(fields(decoded),
            (std::vector<std::string>{"extra", "spec.x", "spec.podSelector.x", "spec.ingress[0].to",
                                      "spec.ingress[0].from[0].x",
                                      "spec.ingress[0].from[0].podSelector.x",
                                      "spec.ingress[0].from[1].ipBlock.x", "spec.egress[0].from",
                                      "spec.egress[0].ports[0].x"}));
}

TEST(DecodePolicy, OnlyTheApisGroupIsOurs) {
  for (const auto* foreign :
       {"crd.projectcalico.org/v1", "projectcalico.org/v3", "crd.antrea.io/v1beta1", "x.io/v1",
        "core.apinet.ironcore.dev/v1alpha1", "notprojectcalico.org/v3", "networking.x-k8s.io/v1",
        "policy.networking.k8s.io/v1alpha2"}) {
    const auto decoded = decode_json(policy("{}", R"("name": "p")", foreign));
    EXPECT_TRUE(decoded.objects.empty() && decoded.defects.empty()) << foreign;
    EXPECT_EQ(texts(decoded.not_enforced),
              std::vector<std::string>{
                  "line 1: NetworkPolicy default/p: : is not enforced by Portcullis (" +
                  std::string(foreign) + ")"});
  }
  for (const auto* wrong :
       {"extensions/v1beta1", "networking.k8s.io/v1beta1", "networking.k8s.io", "v1", "",
        "networking/v1", "networking.k8.io/v1", "netwrking.k8s.io/v1", "networkign.k8s.io/v1"}) {
    const auto decoded = decode_json(policy(R"({"ingress": [{}]})", R"("name": "p")", wrong));
    EXPECT_EQ(fields(decoded), std::vector<std::string>{"apiVersion"}) << wrong;
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr) << wrong;
    EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty());
  }
  EXPECT_EQ(
      decode_json(policy("{}", R"("name": "p")", "extensions/v1beta1")).defects.front().message,
      "\"extensions/v1beta1\" is not supported any more; write apiVersion: networking.k8s.io/v1");
}

TEST(DecodePolicy, MissingOrMistypedApiVersion) {
  for (const auto* text :
       {R"({"kind": "NetworkPolicy", "metadata": {"name": "p"}})",
        R"({"apiVersion": 1, "kind": "NetworkPolicy", "metadata": {"name": "p"}})",
        R"({"apiVersion": {}, "kind": "Pod", "metadata": {"name": "p"}})"}) {
    const auto decoded = decode_json(text);
    EXPECT_EQ(fields(decoded), std::vector<std::string>{"apiVersion"}) << text;
    EXPECT_EQ(decoded.objects.size(), 1U) << text;
  }
}

TEST(DecodePolicy, WithoutANameStillIsolates) {
  const auto decoded = decode_json(policy(R"({"ingress": [{}]})", R"("namespace": "shop")"));
  EXPECT_EQ(texts(decoded.defects),
            std::vector<std::string>{"line 1: NetworkPolicy: metadata.name: is missing; give the "
                                     "object a name"});
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->key, (ObjectKey{"shop", "test.json, document 1#1"}));
  EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty());
}

TEST(DecodePolicy, AKindThatWasMeantToBeOursFailsClosed) {
  for (const std::string kind : {"Networkpolicy", "networkpolicy", "NetworkPolicies",
                                 "NETWORKPOLICY", "Network-Policy", "NetworkPolicy "}) {
    const auto decoded =
        decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": ")" + kind +
                    R"(", "metadata": {"name": "p", "namespace": "shop"}, "spec": {"ingress": [{}],
            "podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Egress"]}})");
    EXPECT_EQ(texts(decoded.defects),
              std::vector<std::string>{"line 1: NetworkPolicy shop/p: kind: \"" + kind +
                                       "\" is not a kind; write kind: NetworkPolicy"});
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr) << kind;
    EXPECT_TRUE(got->malformed && got->ingress.empty()) << kind;
    EXPECT_TRUE(got->isolates_egress && !got->isolates_ingress) << kind;
    EXPECT_EQ(to_string(got->pod_selector), "app=web") << kind;
  }
  const auto foreign = decode_json(
      R"({"apiVersion": "projectcalico.org/v3", "kind": "Networkpolicy", "metadata": {}})");
  EXPECT_TRUE(foreign.objects.empty() && foreign.defects.empty());
}

TEST(DecodePolicy, AMistypedApiVersionSaysWhatIsExpected) {
  EXPECT_EQ(texts(decode_json(policy("{}", R"("name": "p")", "networking/v1")).defects),
            std::vector<std::string>{"line 1: NetworkPolicy default/p: apiVersion: "
                                     "\"networking/v1\" is not supported; write apiVersion: "
                                     "networking.k8s.io/v1"});
}

TEST(DecodePolicy, NamesThatAreNoStringsAreTakenByTheirText) {
  const auto decoded =
      decode_json(policy(R"({"ingress": [{}]})", R"("name": 5, "namespace": 123)"));
  EXPECT_EQ(texts(decoded.defects),
            (std::vector<std::string>{
                "line 1: NetworkPolicy 123/5: metadata.namespace: is a number, but must be a "
                "string (put it in quotes)",
                "line 1: NetworkPolicy 123/5: metadata.name: is a number, but must be a string "
                "(put it in quotes)"}));
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->key, (ObjectKey{"123", "5"}));
  EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty());
}

TEST(DecodePolicy, WithoutANamespaceItCannotBePlaced) {
  const auto decoded = decode_json(policy("{}", R"("name": "p", "namespace": [])"));
  EXPECT_TRUE(decoded.objects.empty());
  EXPECT_TRUE(decoded.defects.empty());
  EXPECT_EQ(lost(decoded),
            "line 1: NetworkPolicy p: metadata.namespace: is a list, but must be a string");
  EXPECT_TRUE(decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
    "metadata": {"name": "a"}, "spec": {}, "metadata": {"name": "b"}})")
                  .lost);
}

TEST(DecodePolicy, LongNamesAreKeysButMalformed) {
  const std::string name(300, 'x');
  const auto decoded = decode_json(policy("{}", R"("name": ")" + name + "\""));
  const auto got = only<NetworkPolicy>(decoded);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->key.name, name);
  EXPECT_TRUE(got->malformed);
}

// Skipping it would open its pods.
TEST(DecodePolicy, WithoutAReadableKindItIsMalformed) {
  const std::string rest =
      R"("metadata": {"name": "p"}, "spec": {"podSelector": {}, "ingress": [{}]}})";
  for (const std::string start :
       {R"({"apiVersion": "networking.k8s.io/v1", "knid": "NetworkPolicy", )",
        R"({"apiVersion": "networking.k8s.io/v1", "kind": "", )",
        R"({"apiVersion": "networking.k8s.io/v1", "kind": 5, )",
        R"({"apiVersion": "networking.k8s.io/v1", "kind": " ", )",
        R"({"apiVersion": "networking.k8s.io/v1", "kind": "Pod", "kind": "NetworkPolicy", )",
        R"({"apiVersoin": "networking.k8s.io/v1", )", R"({)"}) {
    const auto decoded = decode_json(start + rest);
    EXPECT_FALSE(decoded.lost) << start;
    EXPECT_FALSE(decoded.defects.empty()) << start;
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr) << start;
    EXPECT_EQ(got->key, (ObjectKey{"default", "p"}));
    EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty()) << start;
  }
  const auto by_group = decode_json(
      R"({"apiVersion": "networking.k8s.io/v1", "metadata": {"name": "p"}, "spec": {}})");
  ASSERT_NE(only<NetworkPolicy>(by_group), nullptr);
}

TEST(DecodePolicy, OfAMistypedKindOrGroupItIsMalformed) {
  const std::string rest =
      R"("metadata": {"name": "p"}, "spec": {"podSelector": {}, "ingress": [{}]}})";
  for (const std::string start :
       {R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolcy", )",
        R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetPol", )",
        R"({"apiVersion": "network.k8s.io/v1", "kind": "NetworkPolicy", )",
        R"({"apiVersion": "k8s.io/v1", "kind": "NetworkPolicy", )"}) {
    const auto decoded = decode_json(start + rest);
    EXPECT_FALSE(decoded.defects.empty()) << start;
    EXPECT_TRUE(decoded.not_enforced.empty()) << start;
    const auto got = only<NetworkPolicy>(decoded);
    ASSERT_NE(got, nullptr) << start;
    EXPECT_TRUE(got->malformed && got->isolates_ingress && got->ingress.empty()) << start;
  }
}

TEST(DecodePolicy, APolicyOfTheClusterHasNoNamespace) {
  const auto named = [](const std::string& kind, const std::string& metadata = R"("name": "p")") {
    const auto decoded = decode_json(R"({"apiVersion": "x.io/v1", "kind": ")" + kind +
                                     R"(", "metadata": {)" + metadata + R"(}, "spec": {}})");
    return decoded.not_enforced.size() == 1 ? decoded.not_enforced.front().object : "";
  };
  for (const std::string kind :
       {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy",
        "GlobalNetworkPolicy", "StagedGlobalNetworkPolicy", "CiliumClusterwideNetworkPolicy"}) {
    EXPECT_EQ(named(kind), kind + " p");
  }
  EXPECT_EQ(named("CiliumNetworkPolicy"), "CiliumNetworkPolicy default/p");
  EXPECT_EQ(named("NetworkPolicy", R"("name": "p", "namespace": "a")"), "NetworkPolicy a/p");
}

TEST(DecodePolicy, PoliciesOfOthersAreNamed) {
  const auto named = [](const std::string& version, const std::string& kind) {
    const auto decoded = decode_json(R"({"apiVersion": ")" + version + R"(", "kind": ")" + kind +
                                     R"(", "metadata": {"name": "p"}, "spec": {}})");
    EXPECT_TRUE(decoded.objects.empty() && decoded.defects.empty() && !decoded.lost) << kind;
    return decoded.not_enforced.size() == 1;
  };
  EXPECT_TRUE(named("networking.k8s.io/v1", "NetworkPolcy"));
  EXPECT_TRUE(named("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"));
  EXPECT_TRUE(named("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"));
  EXPECT_TRUE(named("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"));
  EXPECT_TRUE(named("cilium.io/v2", "CiliumNetworkPolicy"));
  EXPECT_TRUE(named("cilium.io/v2", "CiliumClusterwideNetworkPolicy"));
  EXPECT_TRUE(named("cilium.io/v2", "CiliumNetworkPolicyList"));
  EXPECT_TRUE(named("projectcalico.org/v3", "GlobalNetworkPolicy"));
  EXPECT_TRUE(named("crd.projectcalico.org/v1", "NetworkPolicyList"));
  EXPECT_TRUE(named("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"));
  EXPECT_TRUE(named("k8s.ovn.org/v1", "EgressFirewall"));
  for (const auto& [version, kind] : std::vector<std::pair<std::string, std::string>>{
           {"apps/v1", "Deployment"},
           {"v1", "Service"},
           {"policy/v1", "PodDisruptionBudget"},
           {"kyverno.io/v1", "ClusterPolicy"},
           {"networking.k8s.io/v1", "Ingress"},
           {"networking.k8s.io/v1", "IngressClassList"},
           {"metrics.k8s.io/v1", "PodMetrics"}}) {
    EXPECT_FALSE(named(version, kind)) << kind;
  }
}

}  // namespace
}  // namespace portcullis::k8s
