#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// Operations on the table, in nftables' own verbs. A transaction is one netlink batch: all or
// nothing. Each operation may use only what the table and earlier operations provide.
struct AddTable {};
struct DeleteTable {};  // with everything in it
struct AddCounter {
  CounterSpec counter;
};
struct DeleteCounter {
  std::string name;  // no rule refers to it any more
};
struct AddSet {
  SetSpec set;
};
struct DeleteSet {
  std::string name;
};
struct AddChain {
  ChainSpec chain;
};
struct DeleteChain {
  std::string name;  // has no rules any more
};
struct AddRule {
  std::string chain;  // at its end
  Rule rule;
};
struct FlushChain {
  std::string chain;
};
struct AddElements {
  SetSpec set;
  std::vector<Element> elements;
};
struct DeleteElements {
  SetSpec set;
  std::vector<Element> elements;
};

using Operation =
    std::variant<AddTable, DeleteTable, AddCounter, DeleteCounter, AddSet, DeleteSet, AddChain,
                 DeleteChain, AddRule, FlushChain, AddElements, DeleteElements>;

struct Transaction {
  std::vector<Operation> operations;

  bool empty() const { return operations.empty(); }
};

// As one would type it for nft(8), one operation per line: "add element inet portcullis peer-v4-1f
// { 10.0.0.1 }". Long element lists are truncated.
std::string to_string(const Operation& operation);
std::string to_string(const Transaction& transaction);

}  // namespace portcullis
