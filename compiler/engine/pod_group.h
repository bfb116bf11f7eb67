#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "compiler/model/objects.h"
#include "compiler/model/shared.h"
#include "compiler/policy/pod_set.h"

namespace portcullis {

struct ActivePodSet;

// Which parts of a set hold the pods of a group: bit i is for part i.
struct Held {
  std::uint32_t all = 0;     // all of their addresses
  std::uint32_t ranges = 0;  // those that the part's ranges cover
  static_assert(kMostPortNames <= 32);

  bool any() const { return (all | ranges) != 0; }
  bool operator==(const Held&) const = default;
};

// The addresses of pods that no selector and no port name can tell apart: pods of one namespace
// with equal labels and equal ports.
struct PodGroup {
  struct Key {
    Shared<Labels> labels;
    Shared<std::vector<NamedPort>> ports;

    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  const std::string& ns() const { return *ns_name; }
  const Labels& labels() const { return key->labels; }
  const std::vector<NamedPort>& ports() const { return key->ports; }

  const std::string* ns_name = nullptr;  // owned by the index, as is the key
  const Key* key = nullptr;
  std::set<Address> addresses;  // most groups have one: a hash table would be much larger
  boost::container::flat_map<ActivePodSet*, Held, std::less<>> sets;  // those that hold any of them
  std::uint32_t place = 0;                                            // in the label index
};

inline const Labels& labels_of(const PodGroup* group) { return group->labels(); }
inline std::uint32_t& place_of(PodGroup* group) { return group->place; }

Held held_by(const PodSet& set, const PodGroup& group, const Namespace* ns);

// The elements of one address of a group that the set holds in these parts; sorted, each once.
using Keys = boost::container::small_vector<ElementKey, 1>;
Keys keys_of(const PodSet& set, const Held& held, const PodGroup& group, const Address& address);

}  // namespace portcullis
