#include "decode_json.h"

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

TEST(DecodeNamespace, NamesHaveNoDots) {
  EXPECT_EQ(fields(decode_json(
                R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a.b"}})")),
            std::vector<std::string>{"metadata.name"});
}

}  // namespace
}  // namespace portcullis::k8s
