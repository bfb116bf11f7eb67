#pragma once

#include "compiler/ruleset/delta.h"

namespace portcullis {

// What turns tables that hold `from` into ones that hold `to`; empty if they are equal. If an
// object changed in place (a set's type, a base chain's hook, or the ranges of a set that packets
// can meet), the tables are replaced; only a foreign change causes that.
Delta diff(const Ruleset& from, const Ruleset& to);

// The same for a part of the table inet portcullis, which stays even without it, and the whole
// table bridge portcullis. Nothing in them changes in place.
Delta diff_part(const Ruleset& from, const Ruleset& to);

// Deletes existing tables with everything in them, and makes ones that hold `to`.
Delta replacement(const Ruleset& to, const std::vector<TableFamily>& existing);

// What turns `from`, the elements of the set, into `to`. Both are sorted.
ElementChange diff(const SetSpec& set, const std::vector<Element>& from,
                   const std::vector<Element>& to);

}  // namespace portcullis
