#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/engine/label_index.h"
#include "compiler/engine/pod_group.h"
#include "compiler/engine/selector_index.h"
#include "compiler/ruleset/delta.h"

namespace portcullis {

// A pod set that chains look up.
struct ActivePodSet {
  PodSet set;
  std::size_t size = 0;                // elements
  bool followed = false;               // changes are kept
  std::map<ElementKey, bool> changes;  // since the last take(): true came, false went
};

// Which addresses are in which pod sets, updated address by address. Each address is in one group.
// A group is matched with a set once, when either is added or the namespace's labels change; an
// address that comes or goes then only costs one element in each set of its group.
//
//     namespace --< group >--< set       selectors find sets for a group (SelectorIndex),
//                   |                    labels find groups for a set (LabelIndex)
//                   addresses
class PodSetIndex {
 public:
  PodSetIndex() = default;
  PodSetIndex(const PodSetIndex&) = delete;
  PodSetIndex& operator=(const PodSetIndex&) = delete;

  void set_namespace(const std::string& name, std::shared_ptr<const Namespace> object);

  // The group of pods like this one, created if necessary. It stays until it is dropped.
  PodGroup& group_of(const Pod& pod);
  void add(PodGroup& group, const Address& address);
  void remove(PodGroup& group, const Address& address);
  void drop(PodGroup& group);  // one without addresses

  // Adds those of the sets that are not here yet, by name, until retire(); or none, and returns
  // false, if all of them have more than `most_elements` together. Labels that no set names yet
  // cost one walk over the groups that may have them, however many labels and sets are added
  // together (see LabelIndex).
  bool activate(const std::map<std::string, PodSet>& sets, std::size_t most_elements);
  void retire(ActivePodSet& set);
  ActivePodSet& at(const std::string& name) { return sets_.at(name); }

  Set whole(const ActivePodSet& active) const;

  // From now on, take() has its changes.
  void follow(ActivePodSet& set) { set.followed = true; }

  // Adds the changes since the last call.
  void take(Delta& delta);

  std::size_t addresses() const { return addresses_; }  // of all groups

  // The number of elements added to sets since the last call.
  std::size_t take_growth() { return std::exchange(growth_, 0); }

 private:
  using ScopedAnchors = std::map<std::string, Anchors>;  // by namespace, or "" for all

  struct NamespaceGroups {
    std::shared_ptr<const Namespace> object;  // null: not known (yet)
    std::unordered_map<PodGroup::Key, PodGroup, PodGroup::KeyHash> groups;
  };

  void match(PodGroup& group, ActivePodSet& set, const Namespace* ns);
  void match_all(PodGroup& group, const Namespace* ns);
  void put(ActivePodSet& set, const ElementKey& key, bool in);
  void index(ActivePodSet& set, ScopedAnchors& named);
  void match_all(ActivePodSet& set);
  std::vector<PodGroup*> candidates(const PodSet& set) const;

  std::unordered_map<std::string, NamespaceGroups> namespaces_;
  std::map<std::string, ActivePodSet> sets_;  // by name
  SelectorIndex<ActivePodSet*> selectors_;
  LabelIndex<PodGroup*> groups_;               // names the anchors that selectors_ has
  std::unordered_set<ActivePodSet*> touched_;  // since the last take()
  std::size_t addresses_ = 0;
  std::size_t growth_ = 0;
};

}  // namespace portcullis
