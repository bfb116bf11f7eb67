#include "compiler/steps.h"

#include <algorithm>
#include <set>
#include <string>

namespace portcullis {
namespace {

using Step = Transaction Steps::*;

bool replaces_table(const Transaction& transaction) {
  return std::any_of(
      transaction.operations.begin(), transaction.operations.end(),
      [](const Operation& operation) { return std::holds_alternative<DeleteTable>(operation); });
}

// Sorts operations by their steps; it must see them in their order.
class Sorter {
 public:
  explicit Sorter(const Transaction& transaction) {
    for (const auto& operation : transaction.operations) {
      if (const auto* chain = std::get_if<DeleteChain>(&operation)) stale_.insert(chain->name);
    }
  }

  Step operator()(const AddTable&) { return &Steps::prepare; }
  Step operator()(const DeleteTable&) { return &Steps::exchange; }
  Step operator()(const AddSet& add) {
    sets_.insert(add.set.name);
    return &Steps::prepare;
  }
  Step operator()(const AddChain& add) {
    if (!add.chain.base) chains_.insert(add.chain.name);
    return &Steps::prepare;
  }
  Step operator()(const AddRule& add) {
    return chains_.contains(add.chain) ? &Steps::prepare : &Steps::exchange;
  }
  Step operator()(const AddElements& add) {
    return sets_.contains(add.set.name) ? &Steps::prepare : &Steps::exchange;
  }
  Step operator()(const DeleteElements&) { return &Steps::exchange; }
  Step operator()(const FlushChain& flush) {
    return stale_.contains(flush.chain) ? &Steps::remove : &Steps::exchange;
  }
  Step operator()(const DeleteSet&) { return &Steps::remove; }
  Step operator()(const DeleteChain&) { return &Steps::remove; }

 private:
  std::set<std::string> sets_;    // that the transaction adds
  std::set<std::string> chains_;  // but base chains, which packets pass at once
  std::set<std::string> stale_;   // chains that it deletes
};

}  // namespace

Steps steps(const Transaction& transaction) {
  if (replaces_table(transaction)) return {{}, transaction, {}};
  Steps steps;
  Sorter sorter(transaction);
  for (const auto& operation : transaction.operations) {
    (steps.*std::visit(sorter, operation)).operations.push_back(operation);
  }
  return steps;
}

}  // namespace portcullis
