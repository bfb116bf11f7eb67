#include "compiler/steps.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace portcullis {
namespace {

enum class Step : std::uint8_t { kPrepare, kSwitch, kRemove };

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

  Step operator()(const AddTable&) { return Step::kPrepare; }
  Step operator()(const DeleteTable&) { return Step::kSwitch; }
  Step operator()(const AddSet& add) {
    sets_.insert(add.set.name);
    return Step::kPrepare;
  }
  Step operator()(const AddChain& add) {
    chains_.insert(add.chain.name);
    return Step::kPrepare;
  }
  Step operator()(const AddRule& add) {
    return chains_.contains(add.chain) ? Step::kPrepare : Step::kSwitch;
  }
  Step operator()(const AddElements& add) {
    // Elements of a verdict map are what switches, also those of a new one.
    return sets_.contains(add.set.name) && !add.set.verdict_map ? Step::kPrepare : Step::kSwitch;
  }
  Step operator()(const DeleteElements&) { return Step::kSwitch; }
  Step operator()(const FlushChain& flush) {
    return stale_.contains(flush.chain) ? Step::kRemove : Step::kSwitch;
  }
  Step operator()(const DeleteSet&) { return Step::kRemove; }
  Step operator()(const DeleteChain&) { return Step::kRemove; }

 private:
  std::set<std::string> sets_;  // that the transaction adds
  std::set<std::string> chains_;
  std::set<std::string> stale_;  // chains that it deletes
};

}  // namespace

std::vector<Transaction> steps(const Transaction& transaction) {
  if (replaces_table(transaction)) return {transaction};
  std::array<Transaction, 3> sorted;
  Sorter sorter(transaction);
  for (const auto& operation : transaction.operations) {
    const auto step = std::visit(sorter, operation);
    sorted[static_cast<std::size_t>(step)].operations.push_back(operation);
  }
  std::vector<Transaction> steps;
  for (auto& step : sorted) {
    if (!step.empty()) steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace portcullis
