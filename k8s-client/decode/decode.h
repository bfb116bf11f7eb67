#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/model/event.h"
#include "k8s-client/document/defect.h"
#include "k8s-client/document/document.h"

namespace portcullis::k8s {

struct Decoded {
  std::vector<Event> objects;  // none is a removal
  std::vector<Defect> defects;
  std::vector<Defect> not_enforced;  // policies of other engines
  // The first item that may have been an object of ours and is lost: it does not state its kind, or
  // cannot be placed. Such a defect is not among `defects`.
  std::optional<Defect> lost{};
};

// The Pods, Namespaces and NetworkPolicies (networking.k8s.io/v1) in one document: an object, a
// List, or a <Kind>List. Other kinds yield nothing; network policies of other API groups, and
// unknown kinds of networking.k8s.io, are listed in `not_enforced`. A mistyped kind of ours is ours
// with a defect, as is a policy (by its group or podSelector) without a kind. An object with
// defects is marked malformed (see compiler/model/objects.h) and still returned, unless it is a
// policy or namespace that cannot be placed. `origin` becomes the objects' origin.
Decoded decode(const Document& document, const std::string& origin, UnknownFields unknown);

}  // namespace portcullis::k8s
