#include <gtest/gtest.h>

#include "daemon/files/manifests.h"
#include "tests/unit/daemon/files/manifest_text.h"

namespace portcullis {
namespace {

Manifests merged(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<ManifestFile> files;
  for (const auto& [name, text] : texts) {
    auto file = parse_manifest(name, text);
    EXPECT_TRUE(file) << file.error().message;
    if (file) files.push_back(*file);
  }
  return merge(files);
}

std::vector<std::string> names(const Manifests& manifests) {
  std::vector<std::string> result;
  for (const auto& object : manifests.objects) {
    EXPECT_FALSE(is_removal(object));
    result.push_back(name_of(object));
  }
  return result;
}

std::vector<std::string> problems(const Manifests& manifests) {
  std::vector<std::string> result;
  for (const auto& problem : manifests.problems) result.push_back(to_string(problem));
  return result;
}

const NetworkPolicy& policy(const Manifests& manifests, std::size_t index) {
  return *std::get<PolicyEvent>(manifests.objects.at(index)).object;
}

std::string namespace_yaml(const std::string& name, const std::string& team = "a") {
  return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {team: " + team +
         "}}\n";
}

TEST(Merge, SortsByKindAndKey) {
  const auto manifests = merged({{"b.yaml", policy_yaml("z") + "---\n" + pod_yaml("b", "10.0.0.2")},
                                 {"a.yaml", namespace_yaml("shop") + "---\n" + policy_yaml("x") +
                                                "---\n" + pod_yaml("a", "10.0.0.1")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"Pod default/a", "Pod default/b", "Namespace shop",
                                      "NetworkPolicy default/x", "NetworkPolicy default/z"}));
  EXPECT_TRUE(manifests.problems.empty());
}

TEST(Merge, KeepsTheFilesProblems) {
  const auto manifests =
      merged({{"a.yaml", policy_yaml("a") + "x: 1\n"}, {"b.yaml", policy_yaml("b") + "x: 1\n"}});
  EXPECT_EQ(manifests.problems.size(), 2U);
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"NetworkPolicy default/a", "NetworkPolicy default/b"}));
}

TEST(Merge, EqualDefinitionsAreOneObject) {
  const auto manifests =
      merged({{"a.yaml", policy_yaml("p")},
              {"b.yaml", pod_yaml("x", "10.0.0.1") + "---\n" + policy_yaml("p")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"Pod default/x", "NetworkPolicy default/p"}));
  EXPECT_FALSE(policy(manifests, 1).malformed);
  EXPECT_EQ(
      problems(manifests),
      std::vector<std::string>{"b.yaml: document 2: NetworkPolicy default/p: metadata.name: is "
                               "defined a second time, as in a.yaml, document 1; remove one"});
}

TEST(Merge, DifferentDefinitionsAllFailClosed) {
  const auto manifests = merged({{"a.yaml", policy_yaml("p", "web") + "  ingress: [{}]\n"},
                                 {"b.yaml", policy_yaml("p", "api") + "  egress: [{}]\n"},
                                 {"c.yaml", policy_yaml("q")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"NetworkPolicy default/p", "NetworkPolicy default/p#2",
                                      "NetworkPolicy default/q"}));
  EXPECT_EQ(to_string(policy(manifests, 0).pod_selector), "app=web");
  EXPECT_EQ(to_string(policy(manifests, 1).pod_selector), "app=api");
  EXPECT_TRUE(policy(manifests, 0).malformed && policy(manifests, 1).malformed);
  EXPECT_TRUE(policy(manifests, 0).ingress.empty() && policy(manifests, 1).egress.empty());
  EXPECT_TRUE(policy(manifests, 0).isolates_ingress && policy(manifests, 1).isolates_egress);
  EXPECT_FALSE(policy(manifests, 2).malformed);
  EXPECT_EQ(
      problems(manifests),
      (std::vector<std::string>{
          "a.yaml: document 1: NetworkPolicy default/p: metadata.name: is defined differently "
          "in b.yaml, document 1; both fail closed until one is removed",
          "b.yaml: document 1: NetworkPolicy default/p: metadata.name: is defined differently "
          "in a.yaml, document 1; both fail closed until one is removed"}));
}

TEST(Merge, PodsAndNamespacesToo) {
  const auto manifests = merged(
      {{"a.yaml", pod_yaml("p", "10.0.0.1") + "---\n" + namespace_yaml("shop", "a")},
       {"b.yaml", pod_yaml("p", "10.0.0.2") + "---\n" + namespace_yaml("shop", "b") + "---\n" +
                      pod_yaml("p", "10.0.0.1") + "---\n" + pod_yaml("p", "10.0.0.3")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"Pod default/p", "Pod default/p#2", "Pod default/p#3",
                                      "Namespace shop", "Namespace shop#2"}));
  const auto& second = *std::get<PodEvent>(manifests.objects.at(1)).object;
  EXPECT_TRUE(second.malformed);
  EXPECT_EQ(to_string(second.addresses.at(0)), "10.0.0.2");
  EXPECT_TRUE(std::get<NamespaceEvent>(manifests.objects.at(3)).object->labels.empty());
  EXPECT_EQ(manifests.problems.size(), 6U) << "three pods, an equal one, and two namespaces";
}

TEST(Merge, MadeUpNamesDoNotCollide) {
  const auto manifests = merged({{"a.yaml", pod_yaml("p", "10.0.0.1")},
                                 {"b.yaml", pod_yaml("p", "10.0.0.2")},
                                 {"c.yaml", pod_yaml("'p#2'", "10.0.0.3")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"Pod default/p", "Pod default/p#2", "Pod default/p#3"}));
}

TEST(Merge, SameNamesElsewhereAreOtherObjects) {
  const auto manifests =
      merged({{"a.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\n---\n"
               "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: b}\n---\n" +
                   policy_yaml("p")}});
  EXPECT_EQ(names(manifests),
            (std::vector<std::string>{"Pod a/p", "Pod b/p", "NetworkPolicy default/p"}));
  EXPECT_TRUE(manifests.problems.empty());
}

}  // namespace
}  // namespace portcullis
