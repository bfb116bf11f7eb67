#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace portcullis {

// The kinds of objects that policies are made of, in the order of Event's alternatives. A new
// one needs a line here, a value type in objects.h, a decoder (k8s-client/decode/decode_object.h)
// and a map in ClusterState.
enum class Kind : std::uint8_t { kPod, kNamespace, kNetworkPolicy };

struct KindInfo {
  Kind kind;
  const char* name;      // "Pod"
  const char* resource;  // "pods": in paths, RBAC and metrics
  const char* group;     // "" for the core group
  const char* version;   // "v1"
  const char* noun;      // for people
  const char* nouns;
};

inline constexpr std::array kKinds = {
    KindInfo{Kind::kPod, "Pod", "pods", "", "v1", "pod", "pods"},
    KindInfo{Kind::kNamespace, "Namespace", "namespaces", "", "v1", "namespace", "namespaces"},
    KindInfo{Kind::kNetworkPolicy, "NetworkPolicy", "networkpolicies", "networking.k8s.io", "v1",
             "network policy", "network policies"},
};

constexpr std::size_t index_of(Kind kind) { return static_cast<std::size_t>(kind); }
constexpr const KindInfo& info(Kind kind) { return kKinds[index_of(kind)]; }

inline std::string api_version_of(Kind kind) {  // "v1", "networking.k8s.io/v1"
  const std::string group = info(kind).group;
  return group.empty() ? info(kind).version : group + '/' + info(kind).version;
}

}  // namespace portcullis
