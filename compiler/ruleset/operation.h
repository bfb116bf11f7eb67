#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ruleset/delta.h"

namespace portcullis {

// Operations on our tables, in nftables' own verbs. They refer to what is in a Delta, which must
// outlive them.
struct AddTable {
  TableFamily table;
};
struct DeleteTable {  // with everything in it
  TableFamily table;
};
struct AddCounter {
  const CounterSpec& counter;
};
struct DeleteCounter {
  const std::string& name;  // no rule refers to it any more
};
struct AddSet {
  const SetSpec& set;
};
struct DeleteSet {
  const std::string& name;
};
struct AddChain {
  const ChainSpec& chain;
};
struct DeleteChain {
  const std::string& name;  // has no rules any more
};
struct AddRule {
  const std::string& chain;  // at its end
  const Rule& rule;
};
struct FlushChain {
  const std::string& chain;
};
struct AddElements {
  const SetSpec& set;
  std::span<const Element> elements;
};
struct DeleteElements {
  const SetSpec& set;
  std::span<const Element> elements;
};
struct FlushSet {
  const SetSpec& set;
};

using Operation =
    std::variant<AddTable, DeleteTable, AddCounter, DeleteCounter, AddSet, DeleteSet, AddChain,
                 DeleteChain, AddRule, FlushChain, AddElements, DeleteElements, FlushSet>;

// What the delta does, in an order in which each operation refers only to what exists by then, and
// deletes only what nothing refers to any more:
//
//     tables, counters, sets, chains, elements of new sets, rules of new chains,
//     elements that are gone and that came; those of verdict maps last, whose chains are complete,
//     rules of chains that stay,
//     rules of chains that are gone, sets, chains, counters that are gone
std::vector<Operation> operations(const Delta& delta);

TableFamily table_changed_by(const Operation& operation);

// As one would type it for nft(8), one operation per line: "add element inet portcullis peer-v4-1f
// { 10.0.0.1 }". Long element lists are truncated.
std::string to_string(const Operation& operation);
std::string to_string(const Delta& delta);

}  // namespace portcullis
