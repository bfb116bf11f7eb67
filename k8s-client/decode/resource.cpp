#include "k8s-client/decode/resource.h"

#include <string_view>
#include <utility>
#include <vector>

namespace portcullis::k8s {
namespace {

Wanted object_with(std::vector<std::pair<std::string_view, Wanted>> members) {
  members.insert(members.begin(), {{"apiVersion", {}},
                                   {"kind", {}},
                                   {"metadata",
                                    {{{"name", {}},
                                      {"namespace", {}},
                                      {"uid", {}},
                                      {"labels", {}},
                                      {"annotations", {{{"k8s.io/initial-events-end", {}}}}},
                                      {"resourceVersion", {}},
                                      {"continue", {}},
                                      {"creationTimestamp", {}},
                                      {"deletionTimestamp", {}}}}}});
  return {std::move(members)};
}

std::vector<std::pair<std::string_view, Wanted>> members_of(Kind kind) {
  const Wanted containers{{{"ports", {}}, {"restartPolicy", {}}}};
  switch (kind) {
    case Kind::kNamespace:
      return {};
    case Kind::kPod:
      return {{"spec",
               {{{"nodeName", {}},
                 {"hostNetwork", {}},
                 {"containers", containers},
                 {"initContainers", containers}}}},
              {"status",
               {{{"phase", {}}, {"podIP", {}}, {"podIPs", {}}, {"hostIP", {}}, {"hostIPs", {}}}}}};
    case Kind::kNetworkPolicy:
      return {{"spec", {}}};
  }
  return {};
}

Wanted list_of(Kind kind) { return object_with({{"items", object_with(members_of(kind))}}); }

// A Status may take an object's place.
Wanted watch_event_of(Kind kind) {
  auto members = members_of(kind);
  for (const auto* name : {"code", "reason", "message"}) members.push_back({name, {}});
  return {{{"type", {}}, {"object", object_with(std::move(members))}}};
}

std::vector<Wanted> one_each(Wanted (*make)(Kind)) {
  std::vector<Wanted> all;
  all.reserve(kKinds.size());
  for (const auto& each : kKinds) all.push_back(make(each.kind));
  return all;
}

// Of static storage: workers may still decode when the process ends.
const auto in_lists = one_each(list_of);
const auto in_watch_events = one_each(watch_event_of);

}  // namespace

std::string path_of(Kind kind) {
  const bool is_core = *info(kind).group == '\0';
  return (is_core ? "/api/" : "/apis/") + api_version_of(kind) + '/' + info(kind).resource;
}

const Wanted& wanted_in_list(Kind kind) { return in_lists[index_of(kind)]; }

const Wanted& wanted_in_watch_event(Kind kind) { return in_watch_events[index_of(kind)]; }

}  // namespace portcullis::k8s
