#pragma once

#include <chrono>
#include <deque>

#include "compiler/ruleset.h"

namespace portcullis {

// What the kernel still holds of earlier rulesets, since packets that were under way when it was
// exchanged may look it up: a generation for each exchange, in their order, with the time when none
// is under way any more.
//
//     exchange 1   exchange 2          exchange 3
//     | chain in-a | sets b, chain c | chain in-d |
//       due: removed first             due last
//
// What one generation holds is referred to by itself and by earlier ones only: when it was left
// behind, nothing that stayed wanted referred to it. So the first generations can always go. A
// value; all times are the caller's.
class LeftBehind {
 public:
  using Time = std::chrono::steady_clock::time_point;

  bool empty() const { return generations_.empty(); }
  Time due() const;  // of the first generation; max if there is none

  // Everything, as one.
  Ruleset all() const;

  // Leaves it behind, due later than what is there. Nothing if it is empty.
  void add(Ruleset objects, Time due);

  // What is due, all together; it is here until removed() or postpone().
  Ruleset due_at(Time now) const;
  void removed(Time now);             // what was due then is gone
  void postpone(Time now, Time due);  // it is due later: the kernel called it busy

  // Gives back those of the objects that are left behind: they are wanted again.
  Ruleset take_back(const Ruleset& objects);

  // The kernel holds these objects besides what is wanted, as was just seen. What is not known here
  // was left behind by somebody at an unknown time: it is due then.
  void found(Ruleset objects, Time due);

 private:
  struct Generation {
    Ruleset objects;
    Time due;
  };

  std::deque<Generation> generations_;  // none is empty
};

}  // namespace portcullis
