#pragma once

#include <vector>

#include "compiler/model/event.h"

namespace portcullis {

// The events that turn the objects of `from` into those of `to`: new or changed ones, and null for
// removed ones. Both are sorted by kind and key, as merge() returns them.
std::vector<Event> difference(const std::vector<Event>& from, const std::vector<Event>& to);

}  // namespace portcullis
