#include "compiler/ruleset/operation.h"

#include "compiler/ruleset/print.h"

namespace portcullis {
namespace {

constexpr std::size_t kShownElements = 8;

std::string elements_text(std::span<const Element> elements, const SetSpec& set) {
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
  std::string operator()(const AddTable& add) const { return "add table " + table_text(add.table); }
  std::string operator()(const DeleteTable& del) const {
    return "delete table " + table_text(del.table);
  }
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
  std::string operator()(const FlushSet& flush) const {
    return verb(flush.set.verdict_map ? "flush map" : "flush set", flush.set.name);
  }

  static std::string verb(const char* words, const std::string& name) {
    return std::string(words) + " " + table_text(table_of(name)) + " " + local_name(name);
  }
};

// The table of what it is about.
struct OperationTable {
  TableFamily operator()(const AddTable& add) const { return add.table; }
  TableFamily operator()(const DeleteTable& del) const { return del.table; }
  TableFamily operator()(const AddCounter& add) const { return table_of(add.counter.name); }
  TableFamily operator()(const AddSet& add) const { return table_of(add.set.name); }
  TableFamily operator()(const AddChain& add) const { return table_of(add.chain.name); }
  TableFamily operator()(const AddRule& add) const { return table_of(add.chain); }
  TableFamily operator()(const FlushChain& flush) const { return table_of(flush.chain); }
  TableFamily operator()(const AddElements& add) const { return table_of(add.set.name); }
  TableFamily operator()(const DeleteElements& del) const { return table_of(del.set.name); }
  TableFamily operator()(const FlushSet& flush) const { return table_of(flush.set.name); }
  TableFamily operator()(const auto& deletion) const { return table_of(deletion.name); }
};

class Lister {
 public:
  explicit Lister(const Delta& delta) : delta_(delta) {}

  std::vector<Operation> run() && {
    using enum TableChange;
    for (const auto table : kTableFamilies) {
      const auto change = delta_.change_of(table);
      if (change == kReplace || change == kDelete) put(DeleteTable{table});
      if (change == kReplace || change == kAdd) put(AddTable{table});
    }
    add_objects();
    for (const auto& [name, change] : delta_.elements) {
      if (change.flush) put(FlushSet{change.set});
      put_elements<DeleteElements>(change.set, change.gone);
    }
    add_elements(false);
    add_elements(true);
    for (const auto& [name, rules] : delta_.rules) {
      put(FlushChain{name});
      add_rules(name, rules);
    }
    delete_objects();
    return std::move(operations_);
  }

 private:
  template <class T>
  void put(T operation) {
    operations_.emplace_back(operation);
  }

  template <class T>
  void put_elements(const SetSpec& set, const std::vector<Element>& elements) {
    if (!elements.empty()) put(T{set, elements});
  }

  void add_objects() {
    for (const auto& [name, counter] : delta_.add.counters) put(AddCounter{counter});
    for (const auto& [name, set] : delta_.add.sets) put(AddSet{set.spec});
    for (const auto& [name, chain] : delta_.add.chains) put(AddChain{chain.spec});
    for (const auto& [name, set] : delta_.add.sets) {
      if (!set.spec.verdict_map) put_elements<AddElements>(set.spec, set.elements);
    }
    for (const auto& [name, chain] : delta_.add.chains) add_rules(name, chain.rules);
  }

  void add_elements(bool verdict_maps) {
    for (const auto& [name, change] : delta_.elements) {
      if (change.set.verdict_map == verdict_maps)
        put_elements<AddElements>(change.set, change.came);
    }
    if (!verdict_maps) return;
    for (const auto& [name, set] : delta_.add.sets) {
      if (set.spec.verdict_map) put_elements<AddElements>(set.spec, set.elements);
    }
  }

  void add_rules(const std::string& chain, const std::vector<Rule>& rules) {
    for (const auto& rule : rules) put(AddRule{chain, rule});
  }

  void delete_objects() {
    const auto& gone = delta_.gone;
    const auto for_each_chain = [&](auto function) {
      for (const auto& chain : gone.base_chains) function(chain);
      for (const auto& chain : gone.chains) function(chain);
    };
    for_each_chain([&](const std::string& chain) { put(FlushChain{chain}); });
    for (const auto& set : gone.sets) put(DeleteSet{set});
    for_each_chain([&](const std::string& chain) { put(DeleteChain{chain}); });
    for (const auto& counter : gone.counters) put(DeleteCounter{counter});
  }

  const Delta& delta_;
  std::vector<Operation> operations_;
};

}  // namespace

std::vector<Operation> operations(const Delta& delta) { return Lister(delta).run(); }

TableFamily table_changed_by(const Operation& operation) {
  return std::visit(OperationTable{}, operation);
}

std::string to_string(const Operation& operation) { return std::visit(OperationText{}, operation); }

std::string to_string(const Delta& delta) {
  std::string text;
  for (const auto& operation : operations(delta)) text += to_string(operation) + "\n";
  return text;
}

}  // namespace portcullis
