#include "compiler/ruleset/steps.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

namespace portcullis {
namespace {

using Step = Transaction Steps::*;

bool replaces_table(const Transaction& transaction) {
  return std::any_of(
      transaction.operations.begin(), transaction.operations.end(),
      [](const Operation& operation) { return std::holds_alternative<DeleteTable>(operation); });
}

// Sorts operations into steps; it must see them in order.
class Sorter {
 public:
  explicit Sorter(const Transaction& transaction) {
    for (const auto& operation : transaction.operations) {
      if (const auto* chain = std::get_if<DeleteChain>(&operation)) stale_.insert(chain->name);
    }
  }

  Step operator()(const AddTable&) { return &Steps::prepare; }
  Step operator()(const DeleteTable&) { return &Steps::exchange; }
  Step operator()(const AddCounter&) { return &Steps::prepare; }
  Step operator()(const DeleteCounter&) { return &Steps::remove; }
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
  std::set<std::string> chains_;  // except base chains, which packets pass at once
  std::set<std::string> stale_;   // chains that it deletes
};

class Batcher {
 public:
  explicit Batcher(std::size_t most_elements) : most_(most_elements) {}

  void add(Operation operation) {
    auto* add = std::get_if<AddElements>(&operation);
    if (add == nullptr) return put(std::move(operation), 0);
    const auto size = add->elements.size();
    if (size <= room_ || add->set.interval) return put(std::move(operation), size);
    for (std::size_t done = 0; done < size;) {
      if (room_ == 0) start();
      const auto part = std::min(room_, size - done);
      const auto first = std::next(add->elements.begin(), static_cast<std::ptrdiff_t>(done));
      const auto last = std::next(first, static_cast<std::ptrdiff_t>(part));
      put(AddElements{add->set, {std::move_iterator(first), std::move_iterator(last)}}, part);
      done += part;
    }
  }

  std::vector<Transaction> take() && { return std::move(batches_); }

 private:
  void start() {
    batches_.emplace_back();
    room_ = most_;
  }

  void put(Operation operation, std::size_t elements) {
    if (batches_.empty() || elements > room_) start();
    batches_.back().operations.push_back(std::move(operation));
    room_ -= std::min(room_, elements);
  }

  const std::size_t most_;
  std::size_t room_ = 0;
  std::vector<Transaction> batches_;
};

}  // namespace

Steps steps(Transaction transaction) {
  if (replaces_table(transaction)) return {{}, std::move(transaction), {}};
  Steps steps;
  Sorter sorter(transaction);
  for (auto& operation : transaction.operations) {
    const auto step = std::visit(sorter, operation);
    (steps.*step).operations.push_back(std::move(operation));
  }
  return steps;
}

std::vector<Transaction> in_batches(Transaction prepare, std::size_t most_elements) {
  Batcher batcher(most_elements);
  for (auto& operation : prepare.operations) batcher.add(std::move(operation));
  return std::move(batcher).take();
}

}  // namespace portcullis
