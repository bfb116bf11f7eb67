#pragma once

#include <map>
#include <optional>

#include "compiler/model/update.h"

namespace portcullis {

// What was said of the objects of one kind, to be applied later: the last of each object.
class HeldUpdate {
 public:
  void add(Update update);

  Update take();  // empties it

 private:
  std::optional<Replace> list_;
  std::map<ObjectKey, Event> later_;
};

// What exists according to an update, without what it removes.
Update without_removals(const Update& update);

}  // namespace portcullis
