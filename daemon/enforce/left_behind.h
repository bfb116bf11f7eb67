#pragma once

#include <chrono>
#include <deque>

#include "compiler/ruleset/ruleset.h"

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

  // All generations, as one.
  Ruleset all() const;

  // Leaves it behind, due after what is there. Does nothing if it is empty.
  void add(Ruleset objects, Time due);

  // Everything that is due, merged; it stays here until removed() or postpone().
  Ruleset due_at(Time now) const;
  void removed(Time now);             // what was due then is gone
  void postpone(Time now, Time due);  // it is due later: the kernel called it busy

  // Returns those of the objects that are left behind: they are wanted again.
  Ruleset take_back(const Ruleset& objects);

  // The kernel was just seen to hold these objects besides the wanted ones. Those not known here
  // were left behind at an unknown time and are due then.
  void found(Ruleset objects, Time due);

 private:
  struct Generation {
    Ruleset objects;
    Time due;
  };

  std::deque<Generation> generations_;  // none is empty
};

}  // namespace portcullis
