#include "k8s-client/decode/messages.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

const std::string kPod =
    R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","uid":"u-1",)"
    R"("resourceVersion":"41","labels":{"app":"web"},"managedFields":[{"f":{}}]},)"
    R"("spec":{"nodeName":"n","containers":[{"name":"c","image":"i",)"
    R"("ports":[{"name":"http","containerPort":8080}],"env":[{"name":"a"}]}]},)"
    R"("status":{"phase":"Running","podIPs":[{"ip":"10.0.0.1"}],"conditions":[{"type":"Ready"}]}})";

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}

const Pod& pod_of(const WatchEvent& event) {
  return *std::get<PodEvent>(event.change.value()).object;
}

TEST(Messages, AnEventHasTheObjectsFieldsThatMatter) {
  const auto added = decode_watch_event(event("ADDED", kPod), Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->type, WatchEvent::Type::kAdded);
  EXPECT_EQ(added->resource_version, "41");
  const Pod& pod = pod_of(*added);
  EXPECT_EQ(pod.key, (ObjectKey{"shop", "web"}));
  EXPECT_EQ(pod.uid, pod_uid("u-1"));
  EXPECT_EQ(pod.labels->at("app"), "web");
  EXPECT_EQ(pod.node_name, "n");
  EXPECT_EQ(pod.addresses, std::vector<Address>{*parse_address("10.0.0.1")});
  EXPECT_EQ(pod.ports, (std::vector<NamedPort>{{"http", Protocol::kTcp, 8080}}));
  EXPECT_EQ(pod.phase, PodPhase::kRunning);
  EXPECT_FALSE(pod.malformed);
  EXPECT_EQ(pod.origin, "");
}

TEST(Messages, ADeletionIsTheKeyAlone) {
  const auto deleted = decode_watch_event(event("DELETED", kPod), Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(deleted->type, WatchEvent::Type::kDeleted);
  const auto& change = std::get<PodEvent>(deleted->change.value());
  EXPECT_EQ(change.key, (ObjectKey{"shop", "web"}));
  EXPECT_EQ(change.object, nullptr);
}

TEST(Messages, ABookmarkHasItsVersion) {
  const auto bookmark = decode_watch_event(
      event("BOOKMARK", R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"50"}})"),
      Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(bookmark) << bookmark.error().message;
  EXPECT_EQ(bookmark->type, WatchEvent::Type::kBookmark);
  EXPECT_EQ(bookmark->resource_version, "50");
}

TEST(Messages, AnErrorEventCarriesItsStatus) {
  const auto error = decode_watch_event(
      event("ERROR", R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
                     R"("message":"too old resource version: 1","reason":"Expired","code":410})"),
      Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(error) << error.error().message;
  EXPECT_EQ(error->type, WatchEvent::Type::kError);
  EXPECT_EQ(error->status.code, 410);
  EXPECT_EQ(to_string(error->status), "410 Expired: too old resource version: 1");
}

TEST(Messages, AnErrorEventWithoutAStatusIsGarbage) {
  for (const auto* object :
       {"{}", R"({"code":410})", R"({"kind":"Pod","metadata":{"name":"a"}})"}) {
    const auto error = decode_watch_event(event("ERROR", object), Encoding::kJson, Kind::kPod);
    ASSERT_FALSE(error) << object;
    EXPECT_EQ(error.error().message,
              "the API server sent an event of pods that is an ERROR without a Status");
  }
}

TEST(Messages, AStatusWithoutACodeIsAnError) {
  const auto error = decode_watch_event(event("ERROR", R"({"kind":"Status","reason":"Expired"})"),
                                        Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(error) << error.error().message;
  EXPECT_EQ(to_string(error->status), "an error Expired");
}

TEST(Messages, AMalformedObjectIsNamedAndClosed) {
  const auto added = decode_watch_event(
      event("MODIFIED",
            R"({"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"p",)"
            R"("namespace":"shop","resourceVersion":"7"},"spec":{"podSelector":{},)"
            R"("ingress":"all"}})"),
      Encoding::kJson, Kind::kNetworkPolicy);
  ASSERT_TRUE(added) << added.error().message;
  const auto& policy = *std::get<PolicyEvent>(added->change.value()).object;
  EXPECT_TRUE(policy.malformed);
  ASSERT_EQ(added->defects.size(), 1U);
  EXPECT_EQ(added->defects[0].object, "NetworkPolicy shop/p");
  EXPECT_EQ(added->defects[0].field, "spec.ingress");
}

TEST(Messages, UnknownFieldsAndValuesAreTolerated) {
  auto text = kPod;
  text.insert(text.find(R"("phase")"), R"("phaseOfTheMoon":[{}],)");
  text.replace(text.find("Running"), 7, "Dreaming");
  const auto added = decode_watch_event(event("ADDED", text), Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(pod_of(*added).phase, PodPhase::kUnknown);
  EXPECT_TRUE(added->defects.empty());
}

// A newer field may be what narrows a rule.
TEST(Messages, AnUnknownFieldInARuleClosesThePolicy) {
  const auto policy = [](const std::string& rule) {
    return decode_watch_event(
        event("ADDED",
              R"({"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{)"
              R"("name":"p","namespace":"shop","resourceVersion":"7"},"spec":{"podSelector":{},)"
              R"("ingress":[)" +
                  rule + "]}}"),
        Encoding::kJson, Kind::kNetworkPolicy);
  };
  for (const auto* rule : {R"({"new":1})", R"({"ports":[{"new":1}]})", R"({"from":[{"new":1}]})"}) {
    const auto added = policy(rule);
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_TRUE(std::get<PolicyEvent>(added->change.value()).object->malformed) << rule;
    EXPECT_FALSE(added->defects.empty());
  }
  const auto known = policy("{}");
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_FALSE(std::get<PolicyEvent>(known->change.value()).object->malformed);
}

TEST(Messages, WhatIsNoEventIsGarbage) {
  for (const std::string& line :
       {std::string("HTTP/1.1 200 OK"), std::string("{}"), std::string(R"({"type":"ADDED"})"),
        event("RENAMED", kPod), event("ADDED", "[]"), event("ADDED", R"({"kind":"Pod"})"),
        event("ADDED", kPod.substr(0, 80)), event("BOOKMARK", R"({"metadata":{}})"),
        event("ADDED", R"({"kind":"Node","apiVersion":"v1","metadata":{"name":"n",)"
                       R"("resourceVersion":"3"}})"),
        event("ADDED", R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"3"}})")}) {
    const auto garbage = decode_watch_event(line, Encoding::kJson, Kind::kPod);
    ASSERT_FALSE(garbage) << line;
    EXPECT_EQ(garbage.error().code, ErrorCode::kInvalidInput);
    EXPECT_EQ(garbage.error().message.find("the API server sent an event of pods that "), 0U)
        << garbage.error().message;
  }
}

std::string page(const std::string& kind, const std::string& items) {
  return R"({"kind":")" + kind +
         R"(","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"abc="},"items":)" +
         items + "}";
}

TEST(Messages, APageHasItsObjectsAndWhereItGoesOn) {
  const auto list = decode_page(page("PodList", "[" + kPod + "]"), Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->resource_version, "9");
  EXPECT_EQ(list->continue_token, "abc=");
  ASSERT_EQ(list->objects.size(), 1U);
  EXPECT_EQ(key_of(list->objects[0].object).name, "web");
  for (const auto* items : {"[]", "null"}) {
    const auto none = decode_page(page("PodList", items), Encoding::kJson, Kind::kPod);
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_TRUE(none->objects.empty());
    EXPECT_EQ(none->lacks_items, items == std::string("null"));
  }
}

TEST(Messages, TheItemsOfAListNeedNotSayWhatTheyAre) {
  const auto bare = kPod.substr(kPod.find(R"("metadata")"));
  const auto list = decode_page(page("PodList", "[{" + bare + "]"), Encoding::kJson, Kind::kPod);
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->objects.size(), 1U);
  EXPECT_TRUE(list->objects[0].defects.empty());
}

TEST(Messages, WhatIsNoPageIsGarbage) {
  EXPECT_FALSE(decode_page("<html>", Encoding::kJson, Kind::kPod));
  EXPECT_FALSE(decode_page(R"({"kind":"Status","code":403})", Encoding::kJson, Kind::kPod));
  EXPECT_FALSE(decode_page(page("PodList", "[]"), Encoding::kJson, Kind::kNamespace));
  EXPECT_FALSE(decode_page(page("PodList", "[{}]"), Encoding::kJson, Kind::kPod))
      << "an object without a name";
  EXPECT_FALSE(
      decode_page(R"({"kind":"PodList","metadata":{},"items":[]})", Encoding::kJson, Kind::kPod));
  EXPECT_FALSE(decode_page(page("PodList", "{}"), Encoding::kJson, Kind::kPod))
      << "no list of items";
  EXPECT_FALSE(decode_page(R"({"kind":"PodList","metadata":{"resourceVersion":"9"}})",
                           Encoding::kJson, Kind::kPod))
      << "no items, which is not none";
  EXPECT_FALSE(decode_page(page("PodList", R"([{"kind":"Node","metadata":{"name":"n"}}])"),
                           Encoding::kJson, Kind::kPod));
}

TEST(Messages, AnAnswerThatIsNoStatusIsQuoted) {
  EXPECT_EQ(to_string(decode_status("no such thing\n", Encoding::kJson, 404)),
            "404: no such thing");
  EXPECT_EQ(to_string(decode_status(R"({"kind":"Status","reason":"Forbidden","code":403})",
                                    Encoding::kJson, 403)),
            "403 Forbidden");
}

}  // namespace
}  // namespace portcullis::k8s
