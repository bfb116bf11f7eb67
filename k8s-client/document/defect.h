#pragma once

#include <cstdint>
#include <string>

namespace portcullis::k8s {

// A problem in an object, for its author.
struct Defect {
  std::string object;   // "NetworkPolicy default/api"; "" if unknown
  std::string field;    // "spec.ingress[0].from[1].ipBlock.cidr"; "" for the whole object
  std::string message;  // what is wrong, and what to do
  int line = 0;         // in the text it was read from; 0: unknown
};

// Which unknown fields are errors. From an API server, an unknown field belongs to a newer API and
// is tolerated; but not in a policy's spec, where ignoring a restriction would widen the policy
// ("ports: [{newField: x}]" would match every port). In a file, an unknown field beside the spec is
// a typing error.
enum class UnknownFields : std::uint8_t { kTolerate, kReject };

}  // namespace portcullis::k8s
