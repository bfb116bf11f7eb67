#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {
namespace {

constexpr std::array<ResourceInfo, kResources.size()> kInfo = {{
    {"pods", "pod", "po", "Pod", "", "v1", "/api/v1", true, true},
    {"namespaces", "namespace", "ns", "Namespace", "", "v1", "/api/v1", false, true},
    {"networkpolicies", "networkpolicy", "netpol", "NetworkPolicy", "networking.k8s.io",
     "networking.k8s.io/v1", "/apis/networking.k8s.io/v1", true, false},
}};

}  // namespace

const ResourceInfo& info(Resource resource) { return kInfo[static_cast<std::size_t>(resource)]; }

std::optional<Resource> resource_of_kind(std::string_view kind) {
  for (const Resource resource : kResources) {
    if (kind == info(resource).kind) return resource;
  }
  return std::nullopt;
}

}  // namespace portcullis::test::api
