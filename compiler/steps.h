#pragma once

#include <vector>

#include "compiler/transaction.h"

namespace portcullis {

// A transaction of diff() in the steps in which it is to be committed, each a batch of its own, so
// that no packet sees half of it:
//
//     1. prepare   new sets and chains, complete, which nothing refers to yet
//     2. switch    elements of sets and maps that are in use, rules of chains that are in use
//     3. remove    what nothing refers to any more
//
// A step that has nothing to do is left out. A transaction that replaces the table is one step.
// After each step the table is valid; until the second it decides as before, from then on as after.
//
// Why not one batch? Because Linux does not make all of one visible at one moment. A packet reads
// the generation of the rules once, when it comes to the base chain, but that of the elements at
// each lookup (nft_do_chain() and nft_genmask_cur() in net/netfilter/nf_tables_core.c). One that is
// under way when the generation changes finds a new element of a verdict map, and jumps to a chain
// that has no rules yet in its own generation: it passes. And the elements of new interval sets are
// found only some time after the generation has changed (nft_set_commit_update() in
// nf_tables_api.c): until then a packet that they allow is dropped.
std::vector<Transaction> steps(const Transaction& transaction);

}  // namespace portcullis
