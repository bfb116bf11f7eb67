#pragma once

#include <cstddef>
#include <vector>

#include "compiler/ruleset/delta.h"

namespace portcullis {

// The steps in which a delta is committed, each its own batch, so that no packet sees half of it:
//
//     1. prepare   new counters, sets and chains, complete, which no packet can meet yet, and what
//                  an earlier preparation has left unfinished
//     2. exchange  rules of base chains and of chains that are in use, elements of sets that are;
//                  base chains that are gone, since they act as long as they exist
//     3. remove    what nothing refers to any more
//
// Any of them may be empty. The table is valid after each step; until the second it decides as
// before, then as after. Only foreign changes cause an exception: a delta that replaces the table
// is all exchange, and is not free of the races below.
//
// Why not one batch? Linux does not make a batch visible at one moment. A packet sees the rules of
// the generation in which it entered the base chain, to its last rule, but elements of the
// generation at each lookup (nft_do_chain(), nft_genmask_cur() in net/netfilter/nf_tables_core.c).
// A packet under way when a generation begins could find a new element of a verdict map and jump to
// a chain without rules in its generation: it would pass. New elements of interval sets become
// visible only some time after the generation has begun (nft_set_commit_update() in
// nf_tables_api.c): a packet that they allow would be dropped.
struct Steps {
  Delta prepare;
  Delta exchange;
  Delta remove;
};

Steps steps(Delta delta);

// The prepare step, invisible until it is done, in batches of at most that many elements, so that
// the size of a batch is bounded whatever the size of the cluster. A set of ranges is always in one
// batch, since it is made in one piece.
std::vector<Delta> in_batches(Delta prepare, std::size_t most_elements);

}  // namespace portcullis
