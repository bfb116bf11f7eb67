#include "tests/unit/k8s-client/decode/decode_json.h"

namespace portcullis::k8s {
namespace {

TEST(DecodeNamespace, AlwaysCarriesItsName) {
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"team": "a"}}, "spec": {"finalizers": []}, "x": 1})");
  EXPECT_TRUE(decoded.defects.empty());
  const auto ns = only<Namespace>(decoded);
  ASSERT_NE(ns, nullptr);
  EXPECT_EQ(ns->name, "shop");
  EXPECT_EQ(ns->origin, "test.json, document 1");
  EXPECT_EQ(ns->labels, (Labels{{"kubernetes.io/metadata.name", "shop"}, {"team", "a"}}));
  EXPECT_FALSE(ns->malformed);
}

TEST(DecodeNamespace, CannotCarryAnothersName) {
  const auto ns = only<Namespace>(decode_json(R"({"apiVersion": "v1", "kind": "Namespace",
    "metadata": {"name": "shop", "labels": {"kubernetes.io/metadata.name": "bank"}}})"));
  ASSERT_NE(ns, nullptr);
  EXPECT_EQ(ns->labels, (Labels{{"kubernetes.io/metadata.name", "shop"}}));
}

TEST(DecodeNamespace, MalformedHasNoLabels) {
  const auto decoded = decode_json(R"({"apiVersion": "v1", "kind": "Namespace",
    "metadata": {"name": "Shop", "labels": {"team": "a"}}})");
  const auto ns = only<Namespace>(decoded);
  ASSERT_NE(ns, nullptr);
  EXPECT_EQ(ns->name, "Shop");
  EXPECT_TRUE(ns->malformed);
  EXPECT_TRUE(ns->labels.empty());
  EXPECT_EQ(fields(decoded), std::vector<std::string>{"metadata.name"});
}

TEST(DecodeNamespace, MistypedKindsAndNamesFailClosed) {
  for (const auto* text :
       {R"({"apiVersion": "v1", "kind": "namespace", "metadata": {"name": "123"}})",
        R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": 123}})"}) {
    const auto decoded = decode_json(text);
    EXPECT_EQ(decoded.defects.size(), 1U) << text;
    const auto ns = only<Namespace>(decoded);
    ASSERT_NE(ns, nullptr) << text;
    EXPECT_EQ(ns->name, "123");
    EXPECT_TRUE(ns->malformed && ns->labels.empty()) << text;
  }
}

TEST(DecodeNamespace, NamesHaveNoDots) {
  EXPECT_EQ(fields(decode_json(
                R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a.b"}})")),
            std::vector<std::string>{"metadata.name"});
}

}  // namespace
}  // namespace portcullis::k8s
