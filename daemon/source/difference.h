#pragma once

#include <vector>

#include "compiler/event.h"

namespace portcullis {

// The events that turn the objects of `from` into those of `to`: what is new or changed, and, with
// null, what is gone. Both are sorted by kind and key, as merge() makes them.
std::vector<Event> difference(const std::vector<Event>& from, const std::vector<Event>& to);

}  // namespace portcullis
