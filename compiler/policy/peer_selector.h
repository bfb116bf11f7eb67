#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "compiler/model/objects.h"
#include "compiler/model/selector.h"

namespace portcullis {

// Pods that a policy names as peers, independent of the policy's namespace: the pods of one
// namespace by its name (a podSelector alone), or those of every namespace that a selector matches.
struct PeerSelector {
  std::variant<std::string, LabelSelector> namespaces;
  LabelSelector pods;

  // `ns` is the pod's namespace object, null while it is unknown: then only a namespace's name and
  // the empty selector match. Does not tell whether the pod counts as a peer at all.
  bool matches_namespace(const std::string& name, const Namespace* ns) const;

  // True only if every pod that `narrower` matches is matched by this one (sound, not complete).
  bool subsumes(const PeerSelector& narrower) const;

  std::strong_ordering operator<=>(const PeerSelector&) const = default;
};

PeerSelector peer_selector(const PodPeer& peer, const std::string& policy_namespace);

// The same union, sorted, without duplicates and without what another member covers. Equal unions
// written in another order become equal. Beyond `most_compared` members only duplicates are
// dropped: comparing each pair would cost more than it saves.
inline constexpr std::size_t kMaxCompared = 256;
std::vector<PeerSelector> unite(std::vector<PeerSelector> selectors,
                                std::size_t most_compared = kMaxCompared);

// "app=web in default", "all pods in namespaces env=prod"
std::string to_string(const PeerSelector& selector);

}  // namespace portcullis
