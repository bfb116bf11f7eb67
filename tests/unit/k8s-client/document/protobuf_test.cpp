#include "k8s-client/document/protobuf.h"

#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

namespace portcullis::k8s {
namespace {

using protozero::pbf_writer;

const Wanted kWanted{.members = {{"name", {}, 1, Wire::kText},
                                 {"flag", {}, 2, Wire::kFlag},
                                 {"number", {}, 3, Wire::kInteger},
                                 {"time", {}, 4, Wire::kTime},
                                 {"texts", {{"a"}, {"b"}}, 5, Wire::kTexts},
                                 {"one", {{"name", {}, 1, Wire::kText}}, 6, Wire::kMessage},
                                 {"many", {{"name", {}, 1, Wire::kText}}, 7, Wire::kMessages},
                                 {"unnumbered"}}};

template <class Write>
std::string message(Write write) {
  std::string bytes;
  pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

std::string named(const std::string& name) {
  return message([&](pbf_writer& writer) { writer.add_string(1, name); });
}

std::string entry(const std::string& key, const std::string& value) {
  return message([&](pbf_writer& writer) {
    writer.add_string(1, key);
    writer.add_string(2, value);
  });
}

Document parse(const std::string& bytes) {
  const auto document = parse_protobuf(bytes, kWanted);
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document());
}

TEST(Protobuf, HasEveryType) {
  const auto document = parse(message([](pbf_writer& writer) {
    writer.add_string(1, "n");
    writer.add_bool(2, true);
    writer.add_int32(3, -7);
    writer.add_message(4, message([](pbf_writer& time) { time.add_int64(1, 1706745600); }));
    writer.add_message(5, entry("a", "1"));
    writer.add_message(5, entry("b", ""));
    writer.add_message(5, entry("c", "3"));
    writer.add_message(6, named("x"));
    writer.add_message(7, named("y"));
    writer.add_message(7, named("z"));
  }));
  EXPECT_EQ(*document.find("name")->string(), "n");
  EXPECT_TRUE(std::get<bool>(document.find("flag")->value));
  EXPECT_EQ(std::get<std::int64_t>(document.find("number")->value), -7);
  EXPECT_EQ(std::get<Timestamp>(document.find("time")->value).seconds, 1706745600);
  const auto* texts = document.find("texts");
  ASSERT_EQ(texts->map()->size(), 2U) << "only those that are wanted";
  EXPECT_EQ(*texts->find("a")->string(), "1");
  EXPECT_EQ(*texts->find("b")->string(), "");
  EXPECT_EQ(*document.find("one")->find("name")->string(), "x");
  ASSERT_EQ(document.find("many")->list()->size(), 2U);
  EXPECT_EQ(*document.find("many")->list()->at(1).find("name")->string(), "z");
}

// As in the API's JSON, which leaves them out.
TEST(Protobuf, EmptyTextAndAnUnsetTimeAreMissing) {
  const auto document = parse(message([](pbf_writer& writer) {
    writer.add_string(1, "");
    writer.add_message(4, std::string());
    writer.add_message(6, std::string());
  }));
  EXPECT_EQ(document.find("name"), nullptr);
  EXPECT_EQ(document.find("time"), nullptr);
  ASSERT_NE(document.find("one"), nullptr);
  EXPECT_TRUE(document.find("one")->map()->empty());
}

TEST(Protobuf, FieldsOfNobodyAreSkippedWhateverTheirType) {
  const auto document = parse(message([](pbf_writer& writer) {
    writer.add_string(100, std::string(1000, 'x'));
    writer.add_fixed32(101, 1);
    writer.add_fixed64(102, 1);
    writer.add_uint64(103, ~std::uint64_t{0});
    writer.add_string(1, "n");
  }));
  EXPECT_EQ(document.map()->size(), 1U);
  EXPECT_EQ(*document.find("name")->string(), "n");
}

// The decoder rejects a member that is there twice: which one holds would be a guess.
TEST(Protobuf, ARepeatedFieldThatShouldNotBeIsThereTwice) {
  const auto document = parse(named("n") + named("m"));
  EXPECT_EQ(document.map()->size(), 2U);
  EXPECT_NE(find_duplicate(*document.map()), nullptr);
}

TEST(Protobuf, FieldsOfAnotherTypeAndTornMessagesAreErrors) {
  const auto whole = message([](pbf_writer& writer) {
    writer.add_string(1, "n");
    writer.add_message(5, entry("a", "1"));
  });
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == named("n").size()) continue;
    EXPECT_FALSE(parse_protobuf(whole.substr(0, size), kWanted)) << size;
  }
  for (const std::uint32_t number : {1U, 4U, 5U, 6U, 7U}) {
    EXPECT_FALSE(
        parse_protobuf(message([&](pbf_writer& writer) { writer.add_uint32(number, 1); }), kWanted))
        << number;
  }
  for (const std::uint32_t number : {2U, 3U}) {
    EXPECT_FALSE(parse_protobuf(
        message([&](pbf_writer& writer) { writer.add_string(number, "1"); }), kWanted))
        << number;
  }
  EXPECT_FALSE(parse_protobuf(std::string("\x00", 1), kWanted)) << "a field without a number";
}

TEST(Protobuf, ObjectsAreBehindAMark) {
  const auto unknown = message([](pbf_writer& writer) {
    writer.add_message(1, entry("v1", "Pod"));
    writer.add_string(2, "bytes");
    writer.add_string(4, "");
  });
  const std::string mark("k8s\0", 4);
  const auto bytes = mark + unknown;
  const auto object = open_protobuf_object(bytes);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->api_version, "v1");
  EXPECT_EQ(object->kind, "Pod");
  EXPECT_EQ(object->message, "bytes");
  for (const auto& other : {std::string(), std::string("k8s"), unknown, mark + "{}"}) {
    EXPECT_FALSE(open_protobuf_object(other)) << other;
  }
}

TEST(Protobuf, AnEventHasATypeAndAnObject) {
  const auto bytes = entry("ADDED", named("object"));
  const auto event = open_protobuf_event(bytes);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type, "ADDED");
  EXPECT_EQ(event->object, "object");
  EXPECT_FALSE(open_protobuf_event("{\"type\":\"ADDED\"}\n"));
}

}  // namespace
}  // namespace portcullis::k8s
