#include "k8s-client/decode/resource.h"

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

std::vector<std::pair<std::string_view, Wanted>> members_of(Resource resource) {
  const Wanted containers{{{"ports", {}}, {"restartPolicy", {}}}};
  switch (resource) {
    case Resource::kNamespaces:
      return {};
    case Resource::kPods:
      return {{"spec",
               {{{"nodeName", {}},
                 {"hostNetwork", {}},
                 {"containers", containers},
                 {"initContainers", containers}}}},
              {"status",
               {{{"phase", {}}, {"podIP", {}}, {"podIPs", {}}, {"hostIP", {}}, {"hostIPs", {}}}}}};
    case Resource::kNetworkPolicies:
      return {{"spec", {}}};
  }
  return {};
}

Wanted list_of(Resource resource) {
  return object_with({{"items", object_with(members_of(resource))}});
}

// A Status may take an object's place.
Wanted watch_event_of(Resource resource) {
  auto members = members_of(resource);
  for (const auto* name : {"code", "reason", "message"}) members.push_back({name, {}});
  return {{{"type", {}}, {"object", object_with(std::move(members))}}};
}

template <class Make>
std::array<Wanted, kResources.size()> one_each(Make make) {
  return {make(kResources[0]), make(kResources[1]), make(kResources[2])};
}

// Of static storage: workers may still decode when the process ends.
const auto in_lists = one_each(list_of);
const auto in_watch_events = one_each(watch_event_of);

}  // namespace

const char* to_string(Resource resource) {
  static constexpr std::array kNames = {"namespaces", "pods", "networkpolicies"};
  return kNames[static_cast<std::size_t>(resource)];
}

const char* kind_of(Resource resource) {
  static constexpr std::array kKinds = {"Namespace", "Pod", "NetworkPolicy"};
  return kKinds[static_cast<std::size_t>(resource)];
}

const char* api_group(Resource resource) {
  return resource == Resource::kNetworkPolicies ? "networking.k8s.io" : "";
}

std::string api_version_of(Resource resource) {
  const std::string group = api_group(resource);
  return group.empty() ? "v1" : group + "/v1";
}

std::string path_of(Resource resource) {
  const bool is_core = *api_group(resource) == '\0';
  return (is_core ? "/api/" : "/apis/") + api_version_of(resource) + '/' + to_string(resource);
}

const Wanted& wanted_in_list(Resource resource) {
  return in_lists[static_cast<std::size_t>(resource)];
}

const Wanted& wanted_in_watch_event(Resource resource) {
  return in_watch_events[static_cast<std::size_t>(resource)];
}

}  // namespace portcullis::k8s
