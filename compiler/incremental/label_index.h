#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/incremental/selector_index.h"

namespace portcullis {

// Where an item stands in a LabelIndex: for each anchor of its labels, in their order, its position
// among the items that have the anchor. Kept with the item, by the index.
using AnchorPlaces = std::vector<std::uint32_t>;

// Items by the anchors that their labels have: the other way round to SelectorIndex. Adding or
// removing one costs a lookup for each of its labels, whether a label is the item's own or common
// to all. `places_of(item)` gives the AnchorPlaces of an item. Not thread safe.
//
//     hash of "app=web" --> | item, 2 | item, 2 | item, 4 |     the number is the anchor's place
//                                ^                              among the anchors of the item
//     places_of(item)[2] = 1 ----'
template <class Item>
class LabelIndex {
 public:
  void add(const Labels& labels, Item item) {
    const auto anchors = anchors_of(labels);
    auto& places = places_of(item);
    places.clear();
    places.reserve(anchors.size());
    for (const auto& anchor : anchors) {
      auto& entries = by_anchor_[hash(anchor)];
      entries.push_back({item, static_cast<std::uint32_t>(places.size())});
      places.push_back(static_cast<std::uint32_t>(entries.size() - 1));
    }
  }

  // One that was added with these labels.
  void remove(const Labels& labels, Item item) {
    const auto anchors = anchors_of(labels);
    for (std::size_t i = 0; i < anchors.size(); ++i) {
      const auto found = by_anchor_.find(hash(anchors[i]));
      remove(found->second, places_of(item)[i]);
      if (found->second.empty()) by_anchor_.erase(found);
    }
    places_of(item).clear();
  }

  // Every item that has the anchor, and few that do not; in no order.
  template <class Function>
  void for_each(const std::string& anchor, Function function) const {
    const auto found = by_anchor_.find(hash(anchor));
    if (found == by_anchor_.end()) return;
    for (const auto& entry : found->second) function(entry.item);
  }

 private:
  struct Entry {
    Item item;
    std::uint32_t anchor;
  };
  using Entries = boost::container::small_vector<Entry, 1>;  // most labels of many are their own

  // Two anchors with one hash cost a comparison: what is found by it is matched anyway.
  static std::size_t hash(const std::string& anchor) { return std::hash<std::string>()(anchor); }

  // The last takes its place.
  static void remove(Entries& entries, std::uint32_t place) {
    if (place + 1 != entries.size()) {
      entries[place] = std::move(entries.back());
      places_of(entries[place].item)[entries[place].anchor] = place;
    }
    entries.pop_back();
  }

  std::unordered_map<std::size_t, Entries> by_anchor_;
};

}  // namespace portcullis
