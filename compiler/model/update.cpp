#include "compiler/model/update.h"

#include <iterator>
#include <utility>

namespace portcullis {

void Update::append(Update later) {
  for (auto& list : later.lists) {
    std::erase_if(lists, [&](const Replace& each) { return each.kind == list.kind; });
    std::erase_if(events, [&](const Event& each) { return kind_of(each) == list.kind; });
    lists.push_back(std::move(list));
  }
  events.insert(events.end(), std::move_iterator(later.events.begin()),
                std::move_iterator(later.events.end()));
}

}  // namespace portcullis
