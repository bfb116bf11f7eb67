#pragma once

#include <vector>

#include "compiler/model/event.h"

namespace portcullis {

// All objects of a kind. Known ones that are not among them are gone.
struct Replace {
  Kind kind = Kind::kPod;
  std::vector<Event> objects;  // of this kind, none of them gone; sorted by their keys
};

// What a source reports at one time: the lists, and what happened after them.
struct Update {
  std::vector<Replace> lists{};  // at most one of a kind
  std::vector<Event> events{};

  bool empty() const { return lists.empty() && events.empty(); }

  // Adds what the source reported later.
  void append(Update later);
};

}  // namespace portcullis
