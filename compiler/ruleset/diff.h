#pragma once

#include "compiler/ruleset/ruleset.h"
#include "compiler/ruleset/transaction.h"

namespace portcullis {

// The operations that turn a table holding `from` into one holding `to`, in an order in which every
// prefix refers only to what exists. diff(a, a) is empty. If a referenced object changed in place
// (a set's type, a base chain's hook, the ranges of an interval set), the table is replaced in the
// same transaction; compile() never causes that, only a foreign change does.
Transaction diff(const Ruleset& from, const Ruleset& to);

// The same for parts of a table that exists and stays: objects that only one of them has, and
// elements that differ. Nothing that is referenced changes in place.
Transaction diff_parts(const Ruleset& from, const Ruleset& to);

// Deletes an existing table with everything in it, and makes one that holds `to`.
Transaction replacement(const Ruleset& to);

}  // namespace portcullis
