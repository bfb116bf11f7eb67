#include "compiler/policy/peer_selector.h"

#include <algorithm>

namespace portcullis {

bool PeerSelector::matches_namespace(const std::string& name, const Namespace* ns) const {
  if (const auto* own = std::get_if<std::string>(&namespaces)) return *own == name;
  const auto& selector = std::get<LabelSelector>(namespaces);
  if (selector.selects_everything()) return true;
  return ns != nullptr && !ns->malformed && selector.matches(ns->labels);
}

bool PeerSelector::subsumes(const PeerSelector& narrower) const {
  if (!pods.subsumes(narrower.pods)) return false;
  const auto* selector = std::get_if<LabelSelector>(&namespaces);
  if (selector != nullptr && selector->selects_everything()) return true;
  if (namespaces.index() != narrower.namespaces.index()) return false;
  return selector != nullptr ? selector->subsumes(std::get<LabelSelector>(narrower.namespaces))
                             : namespaces == narrower.namespaces;
}

PeerSelector peer_selector(const PodPeer& peer, const std::string& policy_namespace) {
  if (peer.namespaces) return {*peer.namespaces, peer.pods};
  return {policy_namespace, peer.pods};
}

std::vector<PeerSelector> unite(std::vector<PeerSelector> selectors, std::size_t most_compared) {
  std::sort(selectors.begin(), selectors.end());
  selectors.erase(std::unique(selectors.begin(), selectors.end()), selectors.end());
  if (selectors.size() > most_compared) return selectors;
  std::vector<PeerSelector> united;
  for (const auto& candidate : selectors) {
    const auto covers = [&](const PeerSelector& kept) { return kept.subsumes(candidate); };
    if (std::any_of(united.begin(), united.end(), covers)) continue;
    std::erase_if(united, [&](const PeerSelector& kept) { return candidate.subsumes(kept); });
    united.push_back(candidate);
  }
  return united;
}

std::string to_string(const PeerSelector& selector) {
  const auto pods = selector.pods.selects_everything() ? "all pods" : to_string(selector.pods);
  if (const auto* name = std::get_if<std::string>(&selector.namespaces)) {
    return pods + " in " + *name;
  }
  const auto& namespaces = std::get<LabelSelector>(selector.namespaces);
  if (namespaces.selects_everything()) return pods + " in all namespaces";
  return pods + " in namespaces " + to_string(namespaces);
}

}  // namespace portcullis
