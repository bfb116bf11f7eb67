#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "compiler/engine/pod_set_index.h"
#include "compiler/policy/profile_chain.h"
#include "compiler/ruleset/delta.h"
#include "compiler/ruleset/ruleset_size.h"

namespace portcullis {

// An object of the ruleset that profiles share, named after its content. No two kinds share names.
struct ActiveObject {
  using Content = std::variant<Chain, Set, DeniedCounter, ActivePodSet*>;

  std::string name;
  Content content;
  std::vector<ActiveObject*> refers_to;  // each once
  int uses = 0;                          // by objects that refer to it, and by profiles
  bool told = false;                     // a delta has added it
};

// Chains, sets and counters, each once and as long as anything uses it.
//
//     profile --> chain --> map by ports --> chain --> set, counter
//                   '-----> set, counter
//
// What is used no longer goes with the next delta, and then releases what it refers to.
class ObjectRegistry {
 public:
  // `pod_sets` must outlive it.
  explicit ObjectRegistry(PodSetIndex& pod_sets) : pod_sets_(pod_sets) {}
  ObjectRegistry(const ObjectRegistry&) = delete;
  ObjectRegistry& operator=(const ObjectRegistry&) = delete;

  // Uses the chain, and with it everything that it refers to. Null if its pod sets have more than
  // `most_pods` elements together.
  ActiveObject* use(const ProfileChain& profile, std::size_t most_pods);
  void release(ActiveObject& object);

  // Whether one of its names already stands for something else.
  bool conflicts(const ProfileChain& profile) const;

  // Adds what has happened since the last call.
  void take(Delta& delta);

  void print(Ruleset& ruleset) const;     // adds everything that is in use
  void measure(RulesetSize& size) const;  // adds the same

 private:
  ActiveObject& add(const std::string& name, const ProfileChain& profile);
  void put(const ActiveObject& object, Ruleset& ruleset) const;
  void remove(ActiveObject& object, Delta& delta);

  PodSetIndex& pod_sets_;
  std::map<std::string, ActiveObject> objects_;
  std::unordered_set<ActiveObject*> touched_;  // since the last take()
};

// The elements of the pod sets that it reaches.
std::size_t pods_of(const ActiveObject& object);

}  // namespace portcullis
