// Both encodings of one object decode alike.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "k8s-client/decode/messages.h"
#include "k8s-client/decode/resource.h"
#include "tests/support/protobuf/encode.h"

namespace portcullis::k8s {
namespace {

using Json = nlohmann::json;

std::string printed(const std::vector<Defect>& defects) {
  std::string text;
  for (const auto& defect : defects) {
    text += defect.object + ": " + defect.field + ": " + defect.message + '\n';
  }
  return text;
}

Result<WatchEvent> from_json(const std::string& type, const Json& object, Kind kind) {
  return decode_watch_event(Json{{"type", type}, {"object", object}}.dump(), Encoding::kJson, kind);
}

Result<WatchEvent> from_protobuf(const std::string& type, const Json& object, Kind kind) {
  return decode_watch_event(test::protobuf_event(type, object, wanted_in_object(kind)),
                            Encoding::kProtobuf, kind);
}

Json pod(const Json& patch = Json::object()) {
  auto object = Json::parse(R"({"kind": "Pod", "apiVersion": "v1",
    "metadata": {"name": "web", "namespace": "shop", "uid": "u-1", "resourceVersion": "41",
      "labels": {"app": "web", "empty": ""}, "creationTimestamp": "2026-01-31T12:00:00Z"},
    "spec": {"nodeName": "n", "hostNetwork": false,
      "containers": [{"name": "c", "ports": [
        {"name": "http", "containerPort": 8080, "protocol": "TCP"},
        {"containerPort": 9, "protocol": "SCTP"},
        {"name": "dns", "containerPort": 53, "protocol": "UDP"}]}, {"name": "d"}],
      "initContainers": [{"restartPolicy": "Always", "ports": [
        {"name": "side", "containerPort": 7, "protocol": "TCP"}]}]},
    "status": {"phase": "Running", "podIP": "10.0.0.1", "hostIP": "192.168.0.1",
      "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}],
      "hostIPs": [{"ip": "192.168.0.1"}, {"ip": "fd01::1"}]}})");
  object.merge_patch(patch);
  return object;
}

TEST(Encodings, PodsDecodeAlike) {
  const std::vector<Json> patches = {
      Json::object(),
      Json::parse(R"({"metadata": {"deletionTimestamp": "2026-01-31T12:00:01Z"}})"),
      Json::parse(R"({"metadata": {"labels": null, "uid": null, "creationTimestamp": null}})"),
      Json::parse(R"({"metadata": {"labels": {"not a key": "v"}}})"),
      Json::parse(R"({"metadata": {"labels": {"k": "not a value"}}})"),
      Json::parse(R"({"metadata": {"namespace": "Not_A_Name"}})"),
      Json::parse(R"({"spec": {"hostNetwork": true}})"),
      Json::parse(R"({"spec": {"nodeName": null, "containers": null}, "status": null})"),
      Json::parse(R"({"spec": {"containers": [{"ports": [{"name": "p", "containerPort": 0}]}]}})"),
      Json::parse(
          R"({"spec": {"containers": [{"ports": [{"name": "p", "containerPort": 70000}]}]}})"),
      Json::parse(
          R"({"spec": {"containers": [{"ports": [{"name": "UPPER", "containerPort": 1}]}]}})"),
      Json::parse(R"({"spec": {"containers": [{"ports": [
        {"name": "p", "containerPort": 1, "protocol": "ICMP"}]}]}})"),
      Json::parse(R"({"spec": {"initContainers": [{"restartPolicy": "Never", "ports": [
        {"name": "p", "containerPort": 1}]}]}})"),
      Json::parse(R"({"status": {"phase": "Succeeded"}})"),
      Json::parse(R"({"status": {"phase": "Dreaming"}})"),
      Json::parse(R"({"status": {"podIPs": null}})"),
      Json::parse(R"({"status": {"podIP": null, "podIPs": null, "hostIP": null}})"),
      Json::parse(R"({"status": {"podIPs": [{"ip": "10.0.0.256"}]}})"),
      Json::parse(R"({"status": {"podIPs": [{}]}})"),
      Json::parse(R"({"status": {"hostIP": "nowhere"}})"),
  };
  for (const auto& patch : patches) {
    const auto object = pod(patch);
    for (const auto* type : {"ADDED", "MODIFIED", "DELETED"}) {
      const auto json = from_json(type, object, Kind::kPod);
      const auto protobuf = from_protobuf(type, object, Kind::kPod);
      ASSERT_TRUE(json) << json.error().message;
      ASSERT_TRUE(protobuf) << protobuf.error().message << patch;
      EXPECT_EQ(protobuf->type, json->type);
      EXPECT_EQ(protobuf->resource_version, json->resource_version);
      EXPECT_EQ(printed(protobuf->defects), printed(json->defects)) << patch;
      const auto& left = std::get<PodEvent>(*protobuf->change);
      const auto& right = std::get<PodEvent>(*json->change);
      EXPECT_EQ(left.key, right.key) << patch;
      ASSERT_EQ(left.object == nullptr, right.object == nullptr);
      if (left.object == nullptr) continue;
      EXPECT_EQ(*left.object, *right.object) << patch;
    }
  }
}

TEST(Encodings, NamespacesDecodeAlike) {
  for (const auto* labels : {"{}", R"({"team": "a", "empty": ""})", R"({"not a key": ""})"}) {
    const auto object = Json::parse(
        std::string(R"({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "shop",
          "resourceVersion": "7", "labels": )") +
        labels + "}}");
    const auto json = from_json("ADDED", object, Kind::kNamespace);
    const auto protobuf = from_protobuf("ADDED", object, Kind::kNamespace);
    ASSERT_TRUE(json && protobuf);
    EXPECT_EQ(*std::get<NamespaceEvent>(*protobuf->change).object,
              *std::get<NamespaceEvent>(*json->change).object);
    EXPECT_EQ(printed(protobuf->defects), printed(json->defects));
  }
}

TEST(Encodings, BookmarksAndErrorsDecodeAlike) {
  const auto bookmark = Json::parse(R"({"kind": "Pod", "apiVersion": "v1", "metadata": {
    "resourceVersion": "50"}})");
  const auto marked = from_protobuf("BOOKMARK", bookmark, Kind::kPod);
  ASSERT_TRUE(marked) << marked.error().message;
  EXPECT_EQ(marked->type, WatchEvent::Type::kBookmark);
  EXPECT_EQ(marked->resource_version, "50");

  const auto status = Json::parse(R"({"kind": "Status", "apiVersion": "v1", "metadata": {},
    "status": "Failure", "message": "too old resource version: 1", "reason": "Expired",
    "code": 410})");
  const auto error = from_protobuf("ERROR", status, Kind::kPod);
  ASSERT_TRUE(error) << error.error().message;
  EXPECT_EQ(error->type, WatchEvent::Type::kError);
  EXPECT_EQ(to_string(error->status), "410 Expired: too old resource version: 1");
  EXPECT_EQ(to_string(decode_status(test::protobuf_object(status, {}), Encoding::kProtobuf, 500)),
            "410 Expired: too old resource version: 1");
}

TEST(Encodings, ListsDecodeAlike) {
  auto item = pod();
  item.erase("kind");
  item.erase("apiVersion");
  const Json list{{"kind", "PodList"},
                  {"apiVersion", "v1"},
                  {"metadata", {{"resourceVersion", "9"}, {"continue", "abc="}}},
                  {"items", {item, pod({{"metadata", {{"name", "other"}}}})}}};
  const auto json = decode_page(list.dump(), Encoding::kJson, Kind::kPod);
  const auto protobuf = decode_page(test::protobuf_object(list, wanted_in_list(Kind::kPod)),
                                    Encoding::kProtobuf, Kind::kPod);
  ASSERT_TRUE(json) << json.error().message;
  ASSERT_TRUE(protobuf) << protobuf.error().message;
  EXPECT_EQ(protobuf->resource_version, "9");
  EXPECT_EQ(protobuf->continue_token, "abc=");
  ASSERT_EQ(protobuf->objects.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(*std::get<PodEvent>(protobuf->objects[i].object).object,
              *std::get<PodEvent>(json->objects[i].object).object);
    EXPECT_EQ(protobuf->objects[i].resource_version, "41");
  }
}

// A list without objects has no field for them.
TEST(Encodings, AnEmptyListInProtobufIsOne) {
  const Json list{{"kind", "PodList"}, {"metadata", {{"resourceVersion", "9"}}}};
  const auto page = decode_page(test::protobuf_object(list, wanted_in_list(Kind::kPod)),
                                Encoding::kProtobuf, Kind::kPod);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_TRUE(page->objects.empty());
}

TEST(Encodings, WhatIsNoProtobufIsGarbage) {
  const auto event = test::protobuf_event("ADDED", pod(), wanted_in_object(Kind::kPod));
  for (std::size_t size = 0; size < event.size(); ++size) {
    EXPECT_FALSE(decode_watch_event(event.substr(0, size), Encoding::kProtobuf, Kind::kPod));
  }
  EXPECT_FALSE(decode_watch_event(event, Encoding::kProtobuf, Kind::kNamespace)) << "another kind";
  EXPECT_FALSE(decode_page("<html>", Encoding::kProtobuf, Kind::kPod));
  EXPECT_EQ(to_string(decode_status("no such thing\n", Encoding::kProtobuf, 404)),
            "404: no such thing");
}

// Its rules would be lost, and unknown fields in them go unseen.
TEST(Encodings, APolicyIsNotReadFromProtobuf) {
  const Json policy{{"kind", "NetworkPolicy"},
                    {"apiVersion", "networking.k8s.io/v1"},
                    {"metadata", {{"name", "p"}, {"namespace", "shop"}, {"resourceVersion", "7"}}}};
  const Json list{{"kind", "NetworkPolicyList"},
                  {"apiVersion", "networking.k8s.io/v1"},
                  {"metadata", {{"resourceVersion", "9"}}},
                  {"items", {policy}}};
  const auto page = decode_page(test::protobuf_object(list, wanted_in_list(Kind::kNetworkPolicy)),
                                Encoding::kProtobuf, Kind::kNetworkPolicy);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message,
            "the API server sent a list of networkpolicies that is in Protobuf, which hides fields "
            "that we do not know");
  for (const auto* type : {"ADDED", "MODIFIED", "DELETED"}) {
    EXPECT_FALSE(from_protobuf(type, policy, Kind::kNetworkPolicy)) << type;
  }
}

TEST(Encodings, AListWithTooManyObjectsIsLeft) {
  const Json list{{"kind", "PodList"},
                  {"apiVersion", "v1"},
                  {"metadata", {{"resourceVersion", "9"}}},
                  {"items", {pod(), pod(), pod()}}};
  const auto read = [](const std::string& bytes, Encoding encoding, std::size_t most) {
    PageDecoder decoder(Kind::kPod, encoding, most);
    const auto added = decoder.add(bytes);
    return added ? decoder.finish() : Result<Page>(tl::unexpected(added.error()));
  };
  const std::pair<std::string, Encoding> forms[] = {
      {list.dump(), Encoding::kJson},
      {test::protobuf_object(list, wanted_in_list(Kind::kPod)), Encoding::kProtobuf}};
  for (const auto& [bytes, encoding] : forms) {
    EXPECT_TRUE(read(bytes, encoding, 3));
    const auto left = read(bytes, encoding, 2);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().message,
              "the API server sent a list of pods that has more than 2 objects");
  }
}

TEST(Encodings, AreToldByTheContentType) {
  EXPECT_EQ(encoding_of("application/vnd.kubernetes.protobuf;stream=watch"), Encoding::kProtobuf);
  EXPECT_EQ(encoding_of("application/vnd.kubernetes.protobuf"), Encoding::kProtobuf);
  EXPECT_EQ(encoding_of("application/json"), Encoding::kJson);
  EXPECT_EQ(encoding_of(""), Encoding::kJson);
}

}  // namespace
}  // namespace portcullis::k8s
