#pragma once

#include "compiler/ruleset/delta.h"

namespace portcullis {

// What turns a table that holds `from` into one that holds `to`; empty if they are equal. If an
// object changed in place (a set's type, a base chain's hook, or the ranges of a set that packets
// can meet), the table is replaced; only a foreign change causes that.
Delta diff(const Ruleset& from, const Ruleset& to);

// Deletes an existing table with everything in it, and makes one that holds `to`.
Delta replacement(const Ruleset& to);

// What turns `from`, the elements of the set, into `to`. Both are sorted.
ElementChange diff(const SetSpec& set, const std::vector<Element>& from,
                   const std::vector<Element>& to);

}  // namespace portcullis
