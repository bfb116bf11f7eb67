#pragma once

#include <cstddef>
#include <vector>

#include "compiler/transaction.h"

namespace portcullis {

// A transaction of diff() in the steps in which it is to be committed, each a batch of its own, so
// that no packet sees half of it:
//
//     1. prepare   new counters, sets and chains, complete, which nothing refers to yet
//     2. exchange  rules of base chains and of chains that are in use, elements of sets that are
//     3. remove    what nothing refers to any more
//
// Any of them may be empty. After each step the table is valid; until the second it decides as
// before, from then on as after. Two things that only somebody else's hand can bring about are not
// so: a transaction that replaces the table is all exchange, and not free of what is said below; a
// base chain that is not wanted acts until the third.
//
// Why not one batch? Because Linux does not make all of one visible at one moment. A packet sees
// the rules of the generation in which it came to the base chain, to its last rule, but elements of
// the generation in which each is looked up (nft_do_chain() and nft_genmask_cur() in
// net/netfilter/nf_tables_core.c). One that is under way when a generation begins would find a new
// element of a verdict map and jump to a chain that has no rules in its own generation: it would
// pass. And what a batch adds to interval sets is found only some time after its generation has
// begun (nft_set_commit_update() in nf_tables_api.c): a packet that it allows would be dropped.
struct Steps {
  Transaction prepare;
  Transaction exchange;
  Transaction remove;
};

Steps steps(Transaction transaction);

// The step prepare, which nobody sees before it is done, in batches: of at most that many elements
// each, so that what is sent at once has a bound whatever the size of the cluster. Sets of ranges
// are whole in one, for they are made whole.
std::vector<Transaction> in_batches(Transaction prepare, std::size_t most_elements);

}  // namespace portcullis
