#include "daemon/source/held_update.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

Event policy(const std::string& name) {
  auto object = std::make_shared<NetworkPolicy>();
  object->key = {"default", name};
  return to_event(std::move(object));
}

Event gone(const std::string& name) { return removal(Kind::kNetworkPolicy, {"default", name}); }

Update listed(std::vector<Event> objects) {
  return {.lists = {{Kind::kNetworkPolicy, std::move(objects)}}};
}

// "a -b": a exists, b is gone.
std::string text(const std::vector<Event>& events) {
  std::string text;
  for (const auto& event : events) {
    text +=
        (text.empty() ? "" : " ") + std::string(is_removal(event) ? "-" : "") + key_of(event).name;
  }
  return text;
}

TEST(HeldUpdate, HasTheLastOfEachObject) {
  HeldUpdate held;
  held.add({.events = {gone("a"), policy("b")}});
  held.add({.events = {gone("b"), policy("a"), policy("c")}});
  const auto update = held.take();
  EXPECT_TRUE(update.lists.empty());
  EXPECT_EQ(text(update.events), "a -b c");
  EXPECT_TRUE(held.take().empty());
}

TEST(HeldUpdate, HasWhatCameAfterTheLastList) {
  HeldUpdate held;
  held.add({.events = {gone("a")}});
  held.add(listed({policy("a"), policy("b")}));
  held.add({.events = {gone("b"), policy("c")}});
  auto update = held.take();
  ASSERT_EQ(update.lists.size(), 1U);
  EXPECT_EQ(text(update.lists[0].objects), "a b");
  EXPECT_EQ(text(update.events), "-b c");
  held.add(listed({}));
  update = held.take();
  ASSERT_EQ(update.lists.size(), 1U);
  EXPECT_TRUE(update.lists[0].objects.empty() && update.events.empty());
}

TEST(HeldUpdate, PassesOnWhatExists) {
  auto update = listed({policy("a"), policy("b")});
  update.events = {gone("x"), policy("c")};
  const auto rest = without_removals(update);
  EXPECT_TRUE(rest.lists.empty());
  EXPECT_EQ(text(rest.events), "a b c");
}

}  // namespace
}  // namespace portcullis
