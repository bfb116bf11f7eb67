#include "compiler/ruleset/transaction.h"

#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

constexpr std::size_t kShownElements = 8;

std::string verb(const char* words, const std::string& name = {}) {
  return std::string(words) + " inet " + kTableName + (name.empty() ? "" : " " + name);
}

std::string elements_text(const std::vector<Element>& elements, const SetSpec& set) {
  std::string text = " { ";
  for (std::size_t i = 0; i < elements.size() && i < kShownElements; ++i) {
    if (i != 0) text += ", ";
    text += to_string(elements[i], set);
  }
  if (elements.size() > kShownElements) {
    text += ", and " + std::to_string(elements.size() - kShownElements) + " more";
  }
  return text + " }";
}

// " { type ipv4_addr; flags interval; }"
std::string spec_text(const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = " {";
  for (const auto& line : lines) text += " " + line + (line.ends_with(';') ? "" : ";");
  return text + " }";
}

struct OperationText {
  std::string operator()(const AddTable&) const { return verb("add table"); }
  std::string operator()(const DeleteTable&) const { return verb("delete table"); }
  std::string operator()(const AddCounter& add) const {
    return verb("add counter", add.counter.name) + spec_text(lines(add.counter));
  }
  std::string operator()(const DeleteCounter& del) const {
    return verb("delete counter", del.name);
  }
  std::string operator()(const AddSet& add) const {
    return verb(add.set.verdict_map ? "add map" : "add set", add.set.name) +
           spec_text(lines(add.set));
  }
  std::string operator()(const DeleteSet& del) const { return verb("delete set", del.name); }
  std::string operator()(const AddChain& add) const {
    return verb("add chain", add.chain.name) + spec_text(lines(add.chain));
  }
  std::string operator()(const DeleteChain& del) const { return verb("delete chain", del.name); }
  std::string operator()(const AddRule& add) const {
    return verb("add rule", add.chain) + " " + to_string(add.rule);
  }
  std::string operator()(const FlushChain& flush) const { return verb("flush chain", flush.chain); }
  std::string operator()(const AddElements& add) const {
    return verb("add element", add.set.name) + elements_text(add.elements, add.set);
  }
  std::string operator()(const DeleteElements& del) const {
    return verb("delete element", del.set.name) + elements_text(del.elements, del.set);
  }
};

}  // namespace

std::string to_string(const Operation& operation) { return std::visit(OperationText{}, operation); }

std::string to_string(const Transaction& transaction) {
  std::string text;
  for (const auto& operation : transaction.operations) text += to_string(operation) + "\n";
  return text;
}

}  // namespace portcullis
