#pragma once

#include <chrono>
#include <deque>

#include "compiler/ruleset/delta.h"

namespace portcullis {

// What the kernel still holds of earlier rulesets because packets under way at the exchange may
// look it up: one generation per exchange, in order, with the time when no such packet is left.
//
//     exchange 1   exchange 2          exchange 3
//     | chain in-a | sets b, chain c | chain in-d |
//       due: removed first             due last
//
// Only a generation itself and earlier ones refer to its objects: when it was left behind, nothing
// that stayed wanted referred to them. So the first generations can always be removed. A value; all
// times are the caller's.
class LeftBehind {
 public:
  using Time = std::chrono::steady_clock::time_point;

  bool empty() const { return generations_.empty(); }
  Time due() const;  // of the first generation; max if there is none

  ObjectNames all() const;  // of all generations

  // Whether all that `todo` does, which concerns this table alone, is to remove what is here of it,
  // except what is desired again.
  bool explains(const Delta& todo, const Ruleset& desired, TableFamily table) const;

  // Leaves it behind, due after what is there. Does nothing if it is empty.
  void add(ObjectNames objects, Time due);

  // Everything that is due, merged; it stays here until removed() or postpone().
  ObjectNames due_at(Time now) const;
  void removed(Time now);             // what was due then is gone
  void postpone(Time now, Time due);  // it is due later: the kernel called it busy

  // The objects of `add` are wanted again. Those that the kernel still holds are taken out of it,
  // since their names stand for their content. The elements of sets of addresses may differ: they
  // are exchanged, each set in one piece, as packets under way may still look it up. First forgets
  // the tables that the delta deletes.
  void take_back(Delta& delta);

  // The table is deleted, with everything in it, or is not ours.
  void forget(TableFamily table);

  // The kernel was just seen to hold these objects besides the wanted ones. Those not known here
  // were left behind at an unknown time and are due then.
  void found(ObjectNames objects, Time due);

 private:
  struct Generation {
    ObjectNames objects;
    Time due;
  };

  template <class Function>
  void edit(Function function);  // function(objects) for each generation; the empty ones go

  std::deque<Generation> generations_;  // none is empty
};

}  // namespace portcullis
