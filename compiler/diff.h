#pragma once

#include "compiler/ruleset.h"
#include "compiler/transaction.h"

namespace portcullis {

// The operations that turn a table holding `from` into one holding `to`, in an order in which
// every prefix refers only to what exists. diff(a, a) is empty. Where an object that others refer
// to changed in place (a set's type, a base chain's hook, the ranges of an interval set; never
// after compile(), only after someone else's hand), the table is replaced in the same transaction.
Transaction diff(const Ruleset& from, const Ruleset& to);

// The same for parts of a table that is there and stays: objects that are in one of them only, and
// elements that they have not in common. Nothing that others refer to changes in place.
Transaction diff_parts(const Ruleset& from, const Ruleset& to);

// Deletes a table that is there, with everything in it, and makes one that holds `to`.
Transaction replacement(const Ruleset& to);

}  // namespace portcullis
