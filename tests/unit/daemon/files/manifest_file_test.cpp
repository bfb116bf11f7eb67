#include <gtest/gtest.h>

#include "daemon/files/manifest_file.h"
#include "daemon/files/manifests.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/unit/daemon/files/manifest_text.h"

namespace portcullis {
namespace {

ManifestFile parsed(const std::string& text) {
  const auto file = parse_manifest("web.yaml", text);
  EXPECT_TRUE(file) << file.error().message;
  return file.value_or(ManifestFile{});
}

TEST(ManifestFile, ObjectsKnowTheirDocument) {
  const auto file = parsed("# licence\n---\n" + pod_yaml("a", "10.0.0.1") + "---\n---\n" +
                           policy_yaml("b") + "---\napiVersion: v1\nkind: Service\n");
  EXPECT_TRUE(file.problems.empty());
  ASSERT_EQ(file.objects.size(), 2U);
  EXPECT_EQ(file.documents, (std::vector<int>{1, 3}));
  EXPECT_EQ(origin_of(file.objects[0]), "web.yaml, document 1");
  EXPECT_EQ(origin_of(file.objects[1]), "web.yaml, document 3");
}

TEST(ManifestFile, ProblemsNameFileLineDocumentObjectAndField) {
  const auto file = parsed("---\n" + policy_yaml("a") + "---\n" + policy_yaml("b") +
                           "  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0\n");
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(to_string(file.problems.front()),
            "web.yaml:16: document 2: NetworkPolicy default/b: "
            "spec.ingress[0].from[0].ipBlock.cidr: \"10.0.0.0\" is not a CIDR block such as "
            "10.0.0.0/8 or 2001:db8::/32");
}

TEST(ManifestFile, UnknownFieldsOfAPolicyAreProblems) {
  EXPECT_EQ(parsed(policy_yaml("a") + "  ingress:\n  - form: []\n").problems.size(), 1U);
}

TEST(ManifestFile, TypesAreThoseOfKubernetesYaml) {
  const auto file = parsed(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {a: 1, b: yes, c: \"1\", d: "
      "1.2.3}\n");
  ASSERT_EQ(file.problems.size(), 2U);
  EXPECT_EQ(file.problems[0].defect.field, "metadata.labels.a");
  EXPECT_EQ(file.problems[0].defect.message,
            "is a number, but must be a string (put it in quotes)");
  EXPECT_EQ(file.problems[1].defect.field, "metadata.labels.b");
}

TEST(ManifestFile, JsonIsRecognised) {
  const auto file = parsed(
      " {\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"a\"}}\n"
      "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"b\"}}\n");
  EXPECT_EQ(file.documents, (std::vector<int>{1, 2}));
}

TEST(ManifestFile, TextThatIsNoManifestIsAnError) {
  const auto yaml = parse_manifest("-", policy_yaml("a") + "  ingress: [{\n");
  ASSERT_FALSE(yaml);
  EXPECT_EQ(yaml.error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(yaml.error().message.starts_with("-:7: is not YAML, or ends too early: "))
      << yaml.error().message;
  const auto json = parse_manifest("-", "{\n\"kind\":");
  ASSERT_FALSE(json);
  EXPECT_TRUE(json.error().message.starts_with("-:1: is not JSON, or ends too early: "))
      << json.error().message;
}

TEST(ManifestFile, IsReadByItsFirstCharacter) {
  const test::TemporaryDirectory directory;
  const std::string flow = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}";
  EXPECT_EQ(read_manifest(directory.write("a.yaml", flow)).value().objects.size(), 1U);
  EXPECT_EQ(read_manifest(directory.write("a.yml", flow)).value().objects.size(), 1U);
  EXPECT_EQ(read_manifest(directory.write("a.json", flow)).value().objects.size(), 1U);
  EXPECT_EQ(read_manifest(directory.write("c.json", policy_yaml("a"))).value().objects.size(), 1U);
  const std::string json =
      R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})";
  const std::string pair = json + "\n---\n" + json + "\n";
  EXPECT_EQ(read_manifest(directory.write("d.yaml", pair)).value().objects.size(), 2U);
  EXPECT_EQ(read_manifest(directory.write("d.json", json + json)).value().objects.size(), 2U);
  for (const auto* name : {"b.json", "b.yaml", "b"}) {
    const auto file = read_manifest(directory.write(name, json));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->objects.size(), 1U) << name;
    EXPECT_EQ(file->path, directory / name);
  }
}

// Its whole content is unknown: no part may be taken for the whole.
TEST(ManifestFile, ADocumentWithoutAKindBreaksItsFile) {
  for (const std::string document : {"metadata: {name: b}\n", "knid: Pod\n", "kind: ''\n", "5\n",
                                     "[]\n", "kind: [Pod]\n", "{}\n"}) {
    const auto file = parse_manifest("web.yaml", policy_yaml("a") + "---\n" + document);
    ASSERT_FALSE(file) << document;
    EXPECT_EQ(file.error().code, ErrorCode::kInvalidInput);
    EXPECT_TRUE(file.error().message.starts_with("web.yaml:7: ")) << file.error().message;
  }
}

TEST(ManifestFile, FilesOfWindowsAreRead) {
  const std::string mark = "\xef\xbb\xbf";
  const auto file = parsed(mark + policy_yaml("a") + "---\r\n" + mark + policy_yaml("b") + mark +
                           "---\n" + policy_yaml("c"));
  EXPECT_EQ(file.objects.size(), 3U);
  EXPECT_TRUE(file.problems.empty());
}

TEST(ManifestFile, WhatNobodyReadsMayBeStrange) {
  const auto file = parsed(
      "apiVersion: v1\nkind: ConfigMap\ndata: {a: !!binary aGk=, b: 1, b: 2, c: !x y}\n---\n" +
      policy_yaml("a"));
  EXPECT_EQ(file.objects.size(), 1U);
  EXPECT_TRUE(file.problems.empty());
}

TEST(ManifestFile, TheOtherDocumentsOfABrokenFileAreKnown) {
  const test::TemporaryDirectory directory;
  const auto path =
      directory.write("a.yaml", policy_yaml("a") + "---\na: [\n---\n" + policy_yaml("b"));
  const auto file = read_manifest_text(path).and_then(
      [&](const std::string& text) { return parse_manifest_text(path, text); });
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().rest.objects.size(), 2U);
  EXPECT_EQ(file.error().rest.documents, (std::vector<int>{1, 3}));
}

TEST(ManifestFile, PoliciesOfOthersAreNamed) {
  const auto file = parsed(
      "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
      "metadata: {name: a, namespace: shop}\n");
  EXPECT_TRUE(file.problems.empty() && file.objects.empty());
  ASSERT_EQ(file.not_enforced.size(), 1U);
  EXPECT_EQ(to_string(file.not_enforced.front()),
            "web.yaml:1: document 1: CiliumNetworkPolicy shop/a: is not enforced by Portcullis "
            "(cilium.io/v2)");
}

TEST(ManifestFile, ErrorsNameTheFileOnce) {
  const test::TemporaryDirectory directory;
  const auto missing = read_manifest(directory / "missing.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_EQ(missing.error().message,
            (directory / "missing.yaml") + ": cannot be opened: No such file or directory");
}

TEST(ManifestFile, ManyPodsAreOneFile) {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "---\n" + pod_yaml("p" + std::to_string(i), "10.0.0." + std::to_string(i % 256));
  }
  const auto file = parsed(text);
  EXPECT_EQ(file.objects.size(), 500U);
  EXPECT_EQ(file.documents.back(), 500);
}

}  // namespace
}  // namespace portcullis
