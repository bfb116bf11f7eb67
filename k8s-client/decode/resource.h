#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "k8s-client/document/json.h"

namespace portcullis::k8s {

// The resources read from the API server, in all namespaces.
enum class Resource : std::uint8_t { kNamespaces, kPods, kNetworkPolicies };

inline constexpr std::array kResources = {Resource::kNamespaces, Resource::kPods,
                                          Resource::kNetworkPolicies};

const char* to_string(Resource resource);       // "pods", as in RBAC
const char* kind_of(Resource resource);         // "Pod"
const char* api_group(Resource resource);       // "", "networking.k8s.io"
std::string api_version_of(Resource resource);  // "v1", "networking.k8s.io/v1"
std::string path_of(Resource resource);         // "/api/v1/pods"

const Wanted& wanted_in_list(Resource resource);         // of a PodList
const Wanted& wanted_in_watch_event(Resource resource);  // of {"type": ..., "object": ...}

}  // namespace portcullis::k8s
