#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace portcullis::test::api {

enum class Resource { kPods, kNamespaces, kNetworkPolicies };

inline constexpr std::array kResources = {Resource::kPods, Resource::kNamespaces,
                                          Resource::kNetworkPolicies};

struct ResourceInfo {
  const char* plural;
  const char* singular;
  const char* short_name;
  const char* kind;
  const char* group;  // "" is the core group
  const char* api_version;
  const char* prefix;  // of paths: "/api/v1"
  bool namespaced;
  bool has_status;
};

const ResourceInfo& info(Resource resource);

std::optional<Resource> resource_of_kind(std::string_view kind);

struct Key {
  Resource resource = Resource::kPods;
  std::string ns{};  // empty where the resource has none
  std::string name{};

  auto operator<=>(const Key&) const = default;
};

}  // namespace portcullis::test::api
