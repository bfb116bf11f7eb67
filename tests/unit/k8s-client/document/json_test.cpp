#include "k8s-client/document/json.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

Document parse_one(std::string_view text) {
  const auto documents = parse_json(text);
  EXPECT_TRUE(documents && documents->size() == 1) << text;
  return documents && !documents->empty() ? documents->front() : Document();
}

TEST(Json, HasEveryType) {
  const auto document = parse_one(
      R"({"s": "a\u00e9\n", "i": -7, "f": 1.5, "t": true, "n": null, "l": [1, "x"], "m": {}})");
  EXPECT_EQ(*document.find("s")->string(), "a\u00e9\n");
  EXPECT_EQ(std::get<std::int64_t>(document.find("i")->value), -7);
  EXPECT_EQ(std::get<double>(document.find("f")->value), 1.5);
  EXPECT_TRUE(std::get<bool>(document.find("t")->value));
  EXPECT_EQ(document.find("n"), nullptr) << "null counts as missing";
  EXPECT_EQ(document.find("l")->list()->size(), 2U);
  EXPECT_TRUE(document.find("m")->map()->empty());
  EXPECT_EQ(document.find("absent"), nullptr);
  EXPECT_EQ(document.map()->size(), 7U) << "and in the order of the text";
  EXPECT_EQ(document.map()->front().first, "s");
}

TEST(Json, HasScalarsAtTheRoot) {
  EXPECT_EQ(std::get<std::int64_t>(parse_one(" 42\n").value), 42);
  EXPECT_EQ(*parse_one("\"x\"").string(), "x");
  EXPECT_TRUE(parse_one("null").is_null());
  EXPECT_TRUE(std::get<bool>(parse_one("true").value));
}

TEST(Json, NumbersBeyondInt64AreDoubles) {
  EXPECT_EQ(std::get<double>(parse_one("[18446744073709551616]").list()->front().value), 0x1p64);
  EXPECT_EQ(std::get<double>(parse_one("[9223372036854775808]").list()->front().value), 0x1p63);
}

TEST(Json, KnowsLines) {
  const auto document = parse_one("\n{\n \"a\": 1,\n \"b\": [\n  2,\n  {\"c\": 3}]}");
  EXPECT_EQ(document.line, 2);
  EXPECT_EQ(document.find("a")->line, 3);
  EXPECT_EQ(document.find("b")->list()->at(1).line, 6);
  EXPECT_EQ(document.find("b")->list()->at(1).find("c")->line, 6);
}

TEST(Json, TakesSeveralDocuments) {
  const auto documents = parse_json("{\"a\": \"}]\\\"\"}\n[1]{\"b\": 2}\n\n");
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 3U);
  EXPECT_EQ(*documents->at(0).find("a")->string(), "}]\"");
  EXPECT_EQ(documents->at(2).line, 2);
}

TEST(Json, ByteOrderMarksMayPrecedeEachDocument) {
  const auto documents = parse_json("\xef\xbb\xbf{\"a\": 1}\r\n\xef\xbb\xbf{\"b\": 2}");
  ASSERT_TRUE(documents) << documents.error().message;
  ASSERT_EQ(documents->size(), 2U);
  EXPECT_NE(documents->at(1).find("b"), nullptr);
}

TEST(Json, AnErrorTakesOnlyWhatFollows) {
  const auto stream = read_json_stream("{\"a\": 1}\n{\"b\": tru}\n{\"c\": 1}");
  ASSERT_EQ(stream.size(), 2U);
  EXPECT_TRUE(stream[0]);
  ASSERT_FALSE(stream[1]);
  EXPECT_EQ(stream[1].error().line, 2);
}

TEST(Json, BlankTextIsNoDocument) {
  EXPECT_TRUE(parse_json("").value().empty());
  EXPECT_TRUE(parse_json(" \n\t ").value().empty());
}

TEST(Json, TypeNamesReadWell) {
  EXPECT_STREQ(parse_one("1").type_name(), "a number");
  EXPECT_STREQ(parse_one("1.5").type_name(), "a number");
  EXPECT_STREQ(parse_one("[]").type_name(), "a list");
  EXPECT_STREQ(parse_one("{}").type_name(), "a mapping");
  EXPECT_STREQ(parse_one("null").type_name(), "null");
}

struct BadJson {
  const char* text;
  int line;
};

class JsonError : public testing::TestWithParam<BadJson> {};

TEST_P(JsonError, IsTold) {
  const auto documents = parse_json(GetParam().text);
  ASSERT_FALSE(documents) << GetParam().text;
  EXPECT_EQ(documents.error().line, GetParam().line) << documents.error().message;
  EXPECT_FALSE(documents.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, JsonError,
    testing::Values(BadJson{"{\"a\": 1", 1}, BadJson{"{\"a\": [1, 2}", 1},
                    BadJson{"{\"a\": \"x", 1}, BadJson{"{\"a\": 1}}", 1},
                    BadJson{"{\"a\": 1} x", 1}, BadJson{"{\"a\" 1}", 1}, BadJson{"{\"a\": 1,}", 1},
                    BadJson{"[1 2]", 1}, BadJson{"[1,\n tru]", 2}, BadJson{"[nulx]", 1},
                    BadJson{"[01]", 1}, BadJson{"[1.]", 1}, BadJson{"{1: 2}", 1}, BadJson{"tru", 1},
                    BadJson{"1 2", 1}, BadJson{"[\"\x01\"]", 1}, BadJson{"[\"\\x\"]", 1},
                    BadJson{"[\"\xff\"]", 1}, BadJson{"]", 1}, BadJson{"{\"a\":}", 1}));

TEST(Json, ItemsOfALongListAreVisitedAndNotKept) {
  const Wanted wanted{.members = {{"kind"}, {"items", {{"name"}, {"items"}}}}};
  std::vector<Document> visited;
  const auto read = [&](const std::string& text) {
    visited.clear();
    return parse_json_items(text, wanted, wanted.members[1],
                            [&](Document& item) { visited.push_back(std::move(item)); });
  };
  const auto list = read(R"({"items": [{"name": "a", "no": 1}, {"name": "b", "items": [1]}],
                             "kind": "L"})");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(*list->find("kind")->string(), "L");
  EXPECT_TRUE(list->find("items")->list()->empty());
  ASSERT_EQ(visited.size(), 2U);
  EXPECT_EQ(*visited[0].find("name")->string(), "a");
  EXPECT_EQ(visited[0].find("no"), nullptr);
  EXPECT_EQ(visited[1].find("items")->list()->size(), 1U);
  EXPECT_FALSE(read(R"({"items": [{"name": "a"}, {"name": )"));
  EXPECT_LE(visited.size(), 1U);
  EXPECT_TRUE(read(R"({"items": null})")->map()->front().second.is_null());
}

TEST(Json, DepthIsBounded) {
  const auto nest = [](int depth) {
    const auto size = static_cast<std::size_t>(depth);
    return std::string(size, '[') + std::string(size, ']');
  };
  EXPECT_TRUE(parse_json(nest(kMaxDocumentDepth)));
  const auto deeper = parse_json(nest(kMaxDocumentDepth + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().message, "is nested too deeply");
  EXPECT_FALSE(parse_json(nest(1'000'000)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Json, ManyKeysAreNoBurden) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"k" + std::to_string(i) + "\": 1, ";
  EXPECT_TRUE(parse_json(text + "\"last\": 1}"));
  EXPECT_NE(find_duplicate(*parse_one(text + "\"k0\": 1}").map()), nullptr);
}

}  // namespace
}  // namespace portcullis::k8s
