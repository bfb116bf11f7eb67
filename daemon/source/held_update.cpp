#include "daemon/source/held_update.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace portcullis {

void HeldUpdate::add(Update update) {
  for (auto& list : update.lists) {
    list_ = std::move(list);
    later_.clear();
  }
  for (auto& event : update.events) {
    const ObjectKey key = key_of(event);
    later_.insert_or_assign(key, std::move(event));
  }
}

Update HeldUpdate::take() {
  Update update;
  if (list_) update.lists.push_back(std::move(*list_));
  list_.reset();
  for (auto& [key, event] : std::exchange(later_, {})) update.events.push_back(std::move(event));
  return update;
}

Update without_removals(const Update& update) {
  Update rest;
  for (const auto& list : update.lists)
    std::ranges::copy(list.objects, std::back_inserter(rest.events));
  std::ranges::copy_if(update.events, std::back_inserter(rest.events), std::not_fn(is_removal));
  return rest;
}

}  // namespace portcullis
