#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>

namespace portcullis::test::api {

enum class Resource { kPods, kNamespaces, kNetworkPolicies };

inline constexpr std::array kResources = {Resource::kPods, Resource::kNamespaces,
                                          Resource::kNetworkPolicies};

struct ResourceInfo {
  const char* plural;
  const char* kind;
  const char* group;  // "" is the core group
  const char* api_version;
  const char* path;  // of all namespaces
  bool namespaced;
};

inline const ResourceInfo& info(Resource resource) {
  static constexpr std::array<ResourceInfo, kResources.size()> kInfo = {{
      {"pods", "Pod", "", "v1", "/api/v1/pods", true},
      {"namespaces", "Namespace", "", "v1", "/api/v1/namespaces", false},
      {"networkpolicies", "NetworkPolicy", "networking.k8s.io", "networking.k8s.io/v1",
       "/apis/networking.k8s.io/v1/networkpolicies", true},
  }};
  return kInfo[static_cast<std::size_t>(resource)];
}

struct Key {
  Resource resource = Resource::kPods;
  std::string ns{};  // empty where the resource has none
  std::string name{};

  auto operator<=>(const Key&) const = default;
};

}  // namespace portcullis::test::api
