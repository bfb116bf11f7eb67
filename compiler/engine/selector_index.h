#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/model/selector.h"

// Finds candidates for a match without testing every selector: a selector that requires labels only
// matches label sets that have one of its anchors.
namespace portcullis {

using Anchors = std::vector<std::string>;

// The anchors of the narrowest requirement: its key with each of its values, or its key alone if it
// has none or very many. Empty: any label set may match.
Anchors anchors_of(const LabelSelector& selector);

// All anchors of a label set: each of its keys, alone and with its value.
Anchors anchors_of(const Labels& labels);

// Calls function(anchor) for each of them, without copying them all.
template <class Function>
void for_each_anchor(const Labels& labels, Function function) {
  std::string anchor;
  for (const auto& [key, value] : labels) {
    anchor = key;
    function(anchor);
    anchor += '=';
    anchor += value;
    function(anchor);
  }
}

bool has_anchor(const Labels& labels, std::string_view anchor);

// Items by their selectors, each of which selects pods of one namespace, or of all of them ("").
template <class Item>
class SelectorIndex {
 public:
  // Returns the anchors that no other selector of that namespace has.
  Anchors add(const std::string& ns, const LabelSelector& pods, Item item) {
    Anchors first;
    for_each_anchor(pods, [&](const std::string& anchor) {
      auto& items = places_[place_of(ns, anchor)];
      if (items.empty() && !anchor.empty()) first.push_back(anchor);
      items.push_back(item);
    });
    return first;
  }

  // Undoes one add() with the same arguments. Returns the anchors that no selector of that
  // namespace has any longer.
  Anchors remove(const std::string& ns, const LabelSelector& pods, Item item) {
    Anchors last;
    for_each_anchor(pods, [&](const std::string& anchor) {
      const auto found = places_.find(place_of(ns, anchor));
      auto& items = found->second;
      items.erase(std::find(items.begin(), items.end(), item));
      if (!items.empty()) return;
      places_.erase(found);
      if (!anchor.empty()) last.push_back(anchor);
    });
    return last;
  }

  // The items whose selectors may match, without duplicates; sorted.
  std::vector<Item> candidates(const std::string& ns, const Labels& labels) const {
    std::vector<Item> found;
    const auto look = [&](const std::string& place) {
      const auto items = places_.find(place);
      if (items == places_.end()) return;
      found.insert(found.end(), items->second.begin(), items->second.end());
    };
    const auto anchors = anchors_of(labels);
    for (const auto& scope : {ns, std::string()}) {
      look(place_of(scope, ""));
      for (const auto& anchor : anchors) look(place_of(scope, anchor));
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  static std::string place_of(const std::string& ns, const std::string& anchor) {
    return ns + '/' + anchor;  // a namespace's name has no slash
  }

  template <class Function>
  static void for_each_anchor(const LabelSelector& pods, Function function) {
    const auto anchors = anchors_of(pods);
    if (anchors.empty()) return function(std::string());
    for (const auto& anchor : anchors) function(anchor);
  }

  std::unordered_map<std::string, std::vector<Item>> places_;
};

}  // namespace portcullis
