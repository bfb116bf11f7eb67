#include "k8s-client/document/yaml.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

// As JSON, so that a test can state a text's meaning in one line.
std::string to_json(const Document& document) {
  if (const auto* text = document.string()) return '"' + *text + '"';
  if (const auto* flag = std::get_if<bool>(&document.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&document.value)) {
    return std::to_string(*number);
  }
  if (std::holds_alternative<double>(document.value)) return "float";
  std::string result;
  if (const auto* list = document.list()) {
    for (const auto& item : *list) result += (result.empty() ? "" : ",") + to_json(item);
    return '[' + result + ']';
  }
  if (const auto* map = document.map()) {
    for (const auto& [key, value] : *map) {
      result += (result.empty() ? "" : ",") + key + ':' + to_json(value);
    }
    return '{' + result + '}';
  }
  return "null";
}

std::string parsed(std::string_view text) {
  const auto documents = parse_yaml(text);
  if (!documents) {
    return "line " + std::to_string(documents.error().line) + ": " + documents.error().message;
  }
  std::string result;
  for (const auto& document : *documents) result += (result.empty() ? "" : " ") + to_json(document);
  return result;
}

bool fails_at(int line, std::string_view text) {
  return parsed(text).starts_with("line " + std::to_string(line) + ": ");
}

TEST(Yaml, HasCollectionsAndScalars) {
  EXPECT_EQ(parsed("a: 1\nb: [x, 'yes', \"1\", yes]\nc: {d: ~}\ne:\n- f: |\n    g\n- h\n"),
            "{a:1,b:[\"x\",\"yes\",\"1\",true],c:{d:null},e:[{f:\"g\n\"},\"h\"]}");
}

TEST(Yaml, CountsDocumentsAsTheUserSeesThem) {
  EXPECT_EQ(parsed("# a licence\n---\na: 1\n---\n---\n# nothing\n---\nb: 2\n"),
            "{a:1} null null {b:2}");
  EXPECT_EQ(parsed(""), "");
  EXPECT_EQ(parsed("\n# only a comment\n"), "");
  EXPECT_EQ(parsed("a: 1\n...\n---\nb: 2\n..."), "{a:1} {b:2}");
  EXPECT_EQ(parsed("%YAML 1.2\n---\na: 1\n"), "{a:1}");
  EXPECT_EQ(parsed("a: \xc3\xa9\n---\nb: 1\n--- {c: 2}\n"), "{a:\"\xc3\xa9\"} {b:1} {c:2}");
  EXPECT_EQ(parsed("\xef\xbb\xbf"
                   "a: 1\n---\nb: 1\n"),
            "{a:1} {b:1}");
  EXPECT_EQ(parsed("a: 1\r\n---\r\nb: 2\r\n"), "{a:1} {b:2}");
}

TEST(Yaml, KnowsLines) {
  const auto documents = parse_yaml("a: 1\n---\n\nb:\n  - x\n  - c: 2\n");
  ASSERT_TRUE(documents);
  const auto& second = documents->at(1);
  EXPECT_EQ(second.line, 4);
  EXPECT_EQ(second.find("b")->list()->at(0).line, 5);
  EXPECT_EQ(second.find("b")->list()->at(1).find("c")->line, 6);
}

TEST(Yaml, ExpandsAliases) {
  EXPECT_EQ(parsed("a: &x {b: [1]}\nc: *x\nd: &y text\ne: *y\n*y : key\n"),
            "{a:{b:[1]},c:{b:[1]},d:\"text\",e:\"text\",text:\"key\"}");
  EXPECT_EQ(parsed("a: &x 1\nb: &x 2\nc: *x\n"), "{a:1,b:2,c:2}");
  EXPECT_TRUE(fails_at(1, "a: *nobody\n"));
  EXPECT_TRUE(fails_at(3, "a: &x 1\n---\nb: *x\n")) << "anchors end with their document";
  EXPECT_EQ(parsed("a: &x [*x]\n"), "line 1: an alias is inside the node that it refers to");
}

TEST(Yaml, MergesMappings) {
  EXPECT_EQ(
      parsed("a: &a {x: 1, w: 2}\nb: &b {w: 3, z: 4}\nc:\n  z: 5\n  <<: *a\nd:\n  <<: [*a, *b]\n"),
      "{a:{x:1,w:2},b:{w:3,z:4},c:{z:5,x:1,w:2},d:{x:1,w:2,z:4}}");
  EXPECT_EQ(parsed("\"<<\": 1\n"), "{<<:1}");
  EXPECT_EQ(parsed("- <<\n- a: <<\n"), "[\"<<\",{a:\"<<\"}]");
  EXPECT_EQ(parsed("a:\n  <<: 5\n"), "line 2: << names a number, but must name a mapping");
}

TEST(Yaml, KeysAreStrings) {
  EXPECT_EQ(parsed("80: a\nyes: b\n"), "{80:\"a\",true:\"b\"}");
  EXPECT_TRUE(fails_at(2, "a: 1\n1.5: b\n"));
  EXPECT_TRUE(fails_at(1, "~: b\n"));
  EXPECT_TRUE(fails_at(1, "[a]: b\n"));
  EXPECT_TRUE(fails_at(1, "? {a: 1}\n: b\n"));
}

// They are errors only where they are read (see Field).
TEST(Yaml, DuplicateKeysAreKept) {
  EXPECT_EQ(parsed("a: 1\nb:\n  c: 1\n  c: 3\n"), "{a:1,b:{c:1,c:3}}");
}

TEST(Yaml, StandardTags) {
  EXPECT_EQ(parsed("a: !!str 80\nb: !!int \"80\"\nc: !!bool yes\nd: !!null ''\ne: ! 80\n"),
            "{a:\"80\",b:80,c:true,d:null,e:\"80\"}");
  EXPECT_EQ(parsed("!!map {a: !!seq [!!float 1.5]}"), "{a:[float]}");
  EXPECT_EQ(parsed("a: &a {b: 1}\nc:\n  !!merge <<: *a\n"), "{a:{b:1},c:{b:1}}");
}

TEST(Yaml, OtherTagsAreNoErrors) {
  EXPECT_EQ(parsed("a: !mine 80\nb: !mine {c: !mine [1]}\n"), "{a:\"80\",b:{c:[1]}}");
  for (const auto* text : {"a: !!int web\n", "a: !!binary aGk=\n", "a: !!timestamp x\n"}) {
    const auto documents = parse_yaml(text);
    ASSERT_TRUE(documents) << text;
    EXPECT_TRUE(std::holds_alternative<Unsupported>(documents->front().find("a")->value)) << text;
  }
}

TEST(Yaml, SurrogatePairsAreOneCharacter) {
  EXPECT_EQ(parsed("a: \"x\\ud83d\\ude00\"\n"), "{a:\"x\xf0\x9f\x98\x80\"}");
  EXPECT_EQ(parsed("a: \"\\uD83D!\"\n"), "{a:\"\xef\xbf\xbd!\"}");
  EXPECT_EQ(parsed("a: \"\\\\ud83d\"\n"), "{a:\"\\ud83d\"}") << "no escape";
}

TEST(Yaml, ByteOrderMarksMayPrecedeEachDocument) {
  const std::string mark = "\xef\xbb\xbf";
  EXPECT_EQ(parsed(mark + "a: 1\n---\n" + mark + "b: 1\n"), "{a:1} {b:1}");
  EXPECT_EQ(parsed("a: 1\r\n" + mark + "---\r\nb: 1\r\n"), "{a:1} {b:1}");
  EXPECT_EQ(parsed("a: 1\n---\n# c\n" + mark + mark + "b: 1\n"), "{a:1} {b:1}");
}

TEST(Yaml, AnErrorTakesOnlyItsDocument) {
  const auto stream = read_yaml_stream(
      "a: 1\n---\nb: [1\n--- \nc: 1\n---\n} x\n---\n- &x |\n  t\n- b\n---\nd: \x04\n---\ne: 1\n");
  std::vector<int> lines;
  for (const auto& document : stream) {
    lines.push_back(document ? document->line : -document.error().line);
  }
  EXPECT_EQ(lines, (std::vector<int>{1, -4, 5, -7, -10, -13, 15}));
}

TEST(Yaml, AnchoredBlockScalars) {
  EXPECT_EQ(parsed("a: &x |\n  t\nb: *x\n"), "{a:\"t\n\",b:\"t\n\"}");
}

TEST(Yaml, WhatEndsInTheMiddleIsAnError) {
  for (const auto* text : {"a: [1, 2", "a: {b: 1", "a: \"x", "a: 'x", "a: [", "- {"}) {
    EXPECT_TRUE(fails_at(1, text)) << parsed(text);
  }
}

TEST(Yaml, WhatIsNoneIsAnError) {
  for (const auto* text :
       {"a: b: c\n", "}\n", "a: 1\n] b\n", "\"a\" \"b\"\n", "a: 1\n- b\n", "- a\nb: 1\n", "a: @x\n",
        "a: `x\n", "a: %x\n", "a:\n\t- b\n\t  c: d: e\n"}) {
    EXPECT_FALSE(parse_yaml(text)) << parsed(text);
  }
}

TEST(Yaml, ControlCharactersAreErrors) {
  EXPECT_TRUE(fails_at(2, "a: 1\nb: \x04\nc: 2\n")) << "some parsers take it for the end";
  EXPECT_TRUE(fails_at(1, std::string_view("a\0: 1\n", 6)));
  EXPECT_TRUE(fails_at(1, std::string_view("\xff\xfe"
                                           "a\0",
                                           4)))
      << "UTF-16";
}

TEST(Yaml, AliasBombsAreDefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += before + ", ";
    bomb += "]\n";
  }
  EXPECT_TRUE(parsed(bomb).ends_with("its aliases expand to more than 64 MiB")) << bomb.size();

  std::string fat = "a: &a " + std::string(1 << 20, 'x') + "\nb: [";
  for (int i = 0; i < 10'000; ++i) fat += "*a, ";
  EXPECT_TRUE(parsed(fat + "]\n").ends_with("its aliases expand to more than 64 MiB"));
}

TEST(Yaml, DepthIsBounded) {
  const auto nest = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_yaml(nest(kMaxDocumentDepth)));
  EXPECT_EQ(parsed(nest(kMaxDocumentDepth + 1)), "line 1: is nested too deeply");
  EXPECT_FALSE(parse_yaml(std::string(100'000, '[')));
  EXPECT_FALSE(parse_yaml(nest(100'000)));
  std::string blocks;
  for (int i = 0; i < 5'000; ++i) blocks += "- ";
  EXPECT_FALSE(parse_yaml(blocks));

  std::string chain = "a0: &a0 " + nest(50) + "\n";
  for (int i = 1; i < 10; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " " + std::string(50, '[') +
             "*a" + std::to_string(i - 1) + std::string(50, ']') + "\n";
  }
  EXPECT_EQ(parsed(chain), "line 3: is nested too deeply") << "through aliases too";
}

}  // namespace
}  // namespace portcullis::k8s
