#include "compiler/model/selector.h"
#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

Decoded decode_pod_selector(const std::string& selector) {
  return decode_json(R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
    "metadata": {"name": "p"}, "spec": {"podSelector": )" +
                     selector + "}}");
}

LabelSelector selector_of(const std::string& text) {
  const auto decoded = decode_pod_selector(text);
  EXPECT_EQ(texts(decoded.defects), std::vector<std::string>{}) << text;
  const auto policy = only<NetworkPolicy>(decoded);
  return policy == nullptr ? LabelSelector() : policy->pod_selector;
}

TEST(DecodeSelector, EmptyOrMissingSelectsEverything) {
  EXPECT_TRUE(selector_of("{}").selects_everything());
  EXPECT_TRUE(selector_of("null").selects_everything());
  EXPECT_TRUE(selector_of(R"({"matchLabels": {}, "matchExpressions": []})").selects_everything());
}

TEST(DecodeSelector, HasEveryOperator) {
  const auto selector = selector_of(R"({"matchLabels": {"app": "web"}, "matchExpressions": [
      {"key": "tier", "operator": "In", "values": ["b", "a", "b"]},
      {"key": "env", "operator": "NotIn", "values": ["dev"]},
      {"key": "x.io/y", "operator": "Exists"},
      {"key": "old", "operator": "DoesNotExist", "values": []}]})");
  EXPECT_EQ(selector, LabelSelector({{"app", Operator::kIn, {"web"}},
                                     {"tier", Operator::kIn, {"a", "b"}},
                                     {"env", Operator::kNotIn, {"dev"}},
                                     {"x.io/y", Operator::kExists, {}},
                                     {"old", Operator::kDoesNotExist, {}}}));
}

// Older API servers stored them; no label has such a value.
TEST(DecodeSelector, ValuesThatAreNoLabelsMatchNothing) {
  const Labels labels{{"app", "web"}};
  const auto matches = [&](const std::string& text) { return selector_of(text).matches(labels); };
  EXPECT_FALSE(matches(R"({"matchLabels": {"app": "bad value"}})"));
  EXPECT_FALSE(matches(
      R"({"matchExpressions": [{"key": "app", "operator": "In", "values": ["bad value", "-"]}]})"));
  EXPECT_TRUE(matches(
      R"({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a/b", "web"]}]})"));
  EXPECT_TRUE(matches(
      R"({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["bad value"]}]})"));
  EXPECT_FALSE(matches(R"({"matchLabels": {"app": ")" + std::string(64, 'x') + "\"}}"));
}

struct BadSelector {
  const char* text;
  const char* field;  // below spec.podSelector
};

class MalformedSelector : public testing::TestWithParam<BadSelector> {};

TEST_P(MalformedSelector, SelectsEverythingAndIsTold) {
  const auto decoded = decode_pod_selector(GetParam().text);
  EXPECT_EQ(fields(decoded),
            std::vector<std::string>{std::string("spec.podSelector") + GetParam().field})
      << testing::PrintToString(texts(decoded.defects));
  const auto policy = only<NetworkPolicy>(decoded);
  ASSERT_NE(policy, nullptr);
  EXPECT_TRUE(policy->malformed);
  EXPECT_TRUE(policy->pod_selector.selects_everything());
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedSelector,
    testing::Values(
        BadSelector{"[]", ""}, BadSelector{"\"app=web\"", ""},
        BadSelector{R"({"matchLabel": {"app": "web"}})", ".matchLabel"},
        BadSelector{R"({"app": "web"})", ".app"},
        BadSelector{R"({"matchLabels": {"app": 1}})", ".matchLabels.app"},
        BadSelector{R"({"matchLabels": {"-": "x"}})", ".matchLabels[\"-\"]"},
        BadSelector{R"({"matchLabels": ["app"]})", ".matchLabels"},
        BadSelector{R"({"matchExpressions": {}})", ".matchExpressions"},
        BadSelector{R"({"matchExpressions": [null]})", ".matchExpressions[0]"},
        BadSelector{R"({"matchExpressions": ["a"]})", ".matchExpressions[0]"},
        BadSelector{R"({"matchExpressions": [{"operator": "Exists"}]})",
                    ".matchExpressions[0].key"},
        BadSelector{R"({"matchExpressions": [{"key": "", "operator": "Exists"}]})",
                    ".matchExpressions[0].key"},
        BadSelector{R"({"matchExpressions": [{"key": "a"}]})", ".matchExpressions[0].operator"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]})",
                    ".matchExpressions[0].operator"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]})",
                    ".matchExpressions[0].operator"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "In"}]})",
                    ".matchExpressions[0].values"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": []}]})",
                    ".matchExpressions[0].values"},
        BadSelector{
            R"({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]})",
            ".matchExpressions[0].values"},
        BadSelector{
            R"({"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": ["b"]}]})",
            ".matchExpressions[0].values"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "In", "values": [true]}]})",
                    ".matchExpressions[0].values[0]"},
        BadSelector{R"({"matchLabels": {"app": "a", "app": "b"}})", ".matchLabels.app"},
        BadSelector{R"({"matchLabels": {}, "matchLabels": {"app": "b"}})", ".matchLabels"},
        BadSelector{R"({"matchExpressions": [{"key": "a", "operator": "Exists", "value": "b"}]})",
                    ".matchExpressions[0].value"}));

}  // namespace
}  // namespace portcullis::k8s
