#include "k8s-client/decode/resource.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace portcullis::k8s {
namespace {

using Members = std::vector<Wanted>;

// The numbers are those of generated.proto in k8s.io/api/core/v1 and k8s.io/apimachinery.
Wanted text(std::uint32_t number, std::string_view name) { return {name, {}, number, Wire::kText}; }

Wanted message(std::uint32_t number, std::string_view name, Members members) {
  return {name, std::move(members), number, Wire::kMessage};
}

Wanted messages(std::uint32_t number, std::string_view name, Members members) {
  return {name, std::move(members), number, Wire::kMessages};
}

Members object_with(Wanted metadata, Members members) {
  members.insert(members.begin(), {{"apiVersion"}, {"kind"}, std::move(metadata)});
  return members;
}

Wanted object_metadata() {
  return message(1, "metadata",
                 {text(1, "name"),
                  text(3, "namespace"),
                  text(5, "uid"),
                  text(6, "resourceVersion"),
                  {"creationTimestamp", {}, 8, Wire::kTime},
                  {"deletionTimestamp", {}, 9, Wire::kTime},
                  {"labels", {}, 11, Wire::kTexts},
                  {"annotations", {{kMirrorAnnotation}}, 12, Wire::kTexts}});
}

Wanted list_metadata() {
  return message(1, "metadata", {text(2, "resourceVersion"), text(3, "continue")});
}

Wanted containers(std::uint32_t number, std::string_view name) {
  return messages(
      number, name,
      {messages(6, "ports",
                {text(1, "name"), {"containerPort", {}, 3, Wire::kInteger}, text(4, "protocol")}),
       text(24, "restartPolicy")});
}

Members pod_members() {
  return {
      message(2, "spec",
              {containers(2, "containers"),
               text(10, "nodeName"),
               {"hostNetwork", {}, 11, Wire::kFlag},
               containers(20, "initContainers")}),
      message(3, "status",
              {text(1, "phase"), text(5, "hostIP"), text(6, "podIP"),
               messages(12, "podIPs", {text(1, "ip")}), messages(16, "hostIPs", {text(1, "ip")})})};
}

Members members_of(Kind kind) {
  switch (kind) {
    case Kind::kNamespace:
      return {};
    case Kind::kPod:
      return pod_members();
    case Kind::kNetworkPolicy:
      return {{"spec"}};
  }
  return {};
}

Members status_members() {
  return {text(3, "message"), text(4, "reason"), {"code", {}, 6, Wire::kInteger}};
}

Wanted object_of(Kind kind) {
  return {.members = object_with(object_metadata(), members_of(kind))};
}

Wanted list_of(Kind kind) {
  return {.members = object_with(list_metadata(), {messages(2, "items", object_of(kind).members)})};
}

// A Status may take an object's place.
Wanted watch_event_of(Kind kind) {
  auto members = object_of(kind).members;
  for (auto& member : status_members()) members.push_back(std::move(member));
  return {.members = {{"type"}, {"object", std::move(members)}}};
}

std::vector<Wanted> one_each(Wanted (*make)(Kind)) {
  std::vector<Wanted> all;
  all.reserve(kKinds.size());
  for (const auto& each : kKinds) all.push_back(make(each.kind));
  return all;
}

// Of static storage: workers may still decode when the process ends.
const auto in_lists = one_each(list_of);
const auto in_objects = one_each(object_of);
const auto in_watch_events = one_each(watch_event_of);
const Wanted in_status{.members = object_with(list_metadata(), status_members())};

}  // namespace

std::string path_of(Kind kind) {
  const bool is_core = *info(kind).group == '\0';
  return (is_core ? "/api/" : "/apis/") + api_version_of(kind) + '/' + info(kind).resource;
}

const Wanted& wanted_in_list(Kind kind) { return in_lists[index_of(kind)]; }

const Wanted& wanted_in_object(Kind kind) { return in_objects[index_of(kind)]; }

const Wanted& wanted_in_watch_event(Kind kind) { return in_watch_events[index_of(kind)]; }

const Wanted& wanted_in_status() { return in_status; }

}  // namespace portcullis::k8s
