#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/address.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// What happens to the table as a whole, before anything in it.
enum class TableChange : std::uint8_t {
  kNone,
  kAdd,      // it is made, or, if it is there already, taken over from a process that has gone
  kReplace,  // deleted with everything in it, and made anew
  kDelete,
};

// Of a set that stays.
struct ElementChange {
  SetSpec set;
  bool flush = false;  // all elements go first; then `gone` is empty
  std::vector<Element> gone;
  std::vector<Element> came;  // of keys that are not there, or are gone

  bool empty() const { return !flush && gone.empty() && came.empty(); }
};

struct ObjectNames {
  std::set<std::string> base_chains;
  std::set<std::string> chains;  // except those
  std::set<std::string> sets;
  std::set<std::string> counters;

  bool empty() const;
  void merge(ObjectNames other);
  void remove(const ObjectNames& others);
  void remove(TableFamily table);        // the names of this table's objects
  void keep(const ObjectNames& others);  // only the names that are in both

  bool operator==(const ObjectNames&) const = default;
};

// What turns one ruleset into the next, in both tables: the only thing that goes from the compiler
// to the kernel. Nothing that is referenced changes in place. A value.
struct Delta {
  TableChange change = TableChange::kNone;                        // of the table inet portcullis
  TableChange bridge = TableChange::kNone;                        // of the table bridge portcullis
  Ruleset add{};                                                  // objects that come, whole
  std::map<std::string, std::vector<Rule>, std::less<>> rules{};  // all rules of chains that stay
  std::map<std::string, ElementChange, std::less<>> elements{};   // by set; none is empty
  ObjectNames gone{};
  // The chains of `rules` and sets of `elements` that no packet can meet yet: what a preparation
  // that was cut short has left unfinished.
  ObjectNames unreachable{};
  // Addresses that are no longer those of the pods that had them, or are judged by another's
  // policies now; sorted.
  std::vector<Address> lost{};

  bool empty() const;              // the tables stay as they are
  void remove(TableFamily table);  // leaves this table as it is
  TableChange& change_of(TableFamily family) {
    return family == TableFamily::kInet ? change : bridge;
  }
  TableChange change_of(TableFamily family) const {
    return family == TableFamily::kInet ? change : bridge;
  }
};

// Names of all objects.
ObjectNames names_of(const Ruleset& ruleset);

}  // namespace portcullis
