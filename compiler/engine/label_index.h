#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/engine/selector_index.h"

namespace portcullis {

// The anchors of a label set as a Bloom filter, with about one false positive in a thousand.
using AnchorFilter = std::bitset<192>;

AnchorFilter filter_of(const std::string& anchor);
AnchorFilter filter_of(const Labels& labels);  // of all their anchors

// Items by the anchors of their labels: the inverse of SelectorIndex. It only keeps anchors that
// are named, in one namespace or in all of them (""): many pods have unique labels, and no selector
// asks for most of these.
//
//     named anchor --< namespace --< item
//     namespace --< filter, item             all items, in contiguous memory
//
// Adding or removing an item costs a lookup for each of its labels. Naming anchors costs one walk
// over the items of the namespace, however many anchors are named at once: about 10 ns an item, or
// the cost of adding the item if there are kManyAnchors or more.
//
// `labels_of(item)` returns an item's labels, which must not change while it is in the index, and
// `place_of(item)` a number that the index stores with the item. Not thread safe.
template <class Item>
class LabelIndex {
 public:
  void add(const std::string& ns, Item item) {
    const Labels& labels = labels_of(item);
    auto& entries = all_[ns];
    place_of(item) = static_cast<std::uint32_t>(entries.size());
    entries.push_back({filter_of(labels), item});
    enter(ns, labels, item);
  }

  void remove(const std::string& ns, Item item) {
    for_each_anchor(labels_of(item), [&](const std::string& anchor) {
      const auto named = named_.find(anchor);
      if (named != named_.end()) named->second.remove(ns, item);
    });
    const auto all = all_.find(ns);
    auto& entries = all->second;
    const auto place = place_of(item);
    place_of(entries.back().item) = place;
    entries[place] = entries.back();
    entries.pop_back();
    if (entries.empty()) all_.erase(all);
  }

  // The anchors must not be named in this scope yet.
  void name(const std::string& ns, const Anchors& anchors) {
    std::vector<Wanted> wanted;
    wanted.reserve(anchors.size());
    for (const auto& anchor : anchors) {
      auto& named = named_[anchor];
      if (!named.is_named_in(ns)) wanted.push_back({filter_of(anchor), &anchor, &named});
      named.scopes.insert(ns);
    }
    if (wanted.empty()) return;
    for_each_namespace(all_, ns, [&](const std::string& in, const std::vector<Entry>& entries) {
      for (const auto& entry : entries) enter(in, wanted, entry);
    });
  }

  // The anchors must be named in this scope.
  void forget(const std::string& ns, const Anchors& anchors) {
    for (const auto& anchor : anchors) {
      const auto place = named_.find(anchor);
      auto& named = place->second;
      named.scopes.erase(ns);
      if (named.scopes.empty()) {
        named_.erase(place);
      } else if (ns.empty()) {
        std::erase_if(named.items, [&](const auto& of) { return !named.is_named_in(of.first); });
      } else if (!named.is_named_in(ns)) {
        named.items.erase(ns);
      }
    }
  }

  // Calls function(item) for each item that has the anchor, which must be named in this scope, or
  // for all items if the anchor is empty; only in namespaces for which accepts(namespace) is true.
  template <class Accepts, class Function>
  void for_each(const std::string& ns, const std::string& anchor, Accepts accepts,
                Function function) const {
    const auto visit = [&](const std::string& in, const auto& items) {
      if (!accepts(in)) return;
      for (const auto& item : items) function(item_of(item));
    };
    if (anchor.empty()) return for_each_namespace(all_, ns, visit);
    for_each_namespace(named_.at(anchor).items, ns, visit);
  }

  // The number of items, counted once for each named anchor that they have.
  std::size_t entries() const {
    std::size_t entries = 0;
    for (const auto& [anchor, named] : named_) {
      for (const auto& [ns, items] : named.items) entries += items.size();
    }
    return entries;
  }

 private:
  static constexpr std::size_t kManyAnchors = 32;

  struct Entry {
    AnchorFilter filter;
    Item item;
  };

  struct Named {
    bool is_named_in(const std::string& ns) const {
      return scopes.contains(std::string()) || scopes.contains(ns);
    }

    void remove(const std::string& ns, const Item& item) {
      const auto found = items.find(ns);
      if (found == items.end()) return;
      found->second.erase(item);
      if (found->second.empty()) items.erase(found);
    }

    std::unordered_set<std::string> scopes;                           // namespaces, or "" for all
    std::unordered_map<std::string, std::unordered_set<Item>> items;  // not empty
  };

  struct Wanted {
    AnchorFilter filter;
    const std::string* anchor;
    Named* named;
  };

  static const Item& item_of(const Entry& entry) { return entry.item; }
  static const Item& item_of(const Item& item) { return item; }

  template <class Map, class Function>
  static void for_each_namespace(const Map& map, const std::string& ns, Function function) {
    if (ns.empty()) {
      for (const auto& [name, value] : map) function(name, value);
      return;
    }
    const auto found = map.find(ns);
    if (found != map.end()) function(ns, found->second);
  }

  void enter(const std::string& ns, const Labels& labels, const Item& item) {
    for_each_anchor(labels, [&](const std::string& anchor) {
      const auto named = named_.find(anchor);
      if (named == named_.end() || !named->second.is_named_in(ns)) return;
      named->second.items[ns].insert(item);
    });
  }

  void enter(const std::string& ns, const std::vector<Wanted>& wanted, const Entry& entry) {
    const auto& [filter, item] = entry;
    if (wanted.size() >= kManyAnchors) return enter(ns, labels_of(item), item);
    for (const auto& of : wanted) {
      if ((filter & of.filter) == of.filter && has_anchor(labels_of(item), *of.anchor)) {
        of.named->items[ns].insert(item);
      }
    }
  }

  std::unordered_map<std::string, std::vector<Entry>> all_;  // by namespace
  std::unordered_map<std::string, Named> named_;             // by anchor
};

}  // namespace portcullis
