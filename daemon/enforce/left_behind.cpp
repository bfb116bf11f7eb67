#include "daemon/enforce/left_behind.h"

#include <utility>

#include "compiler/ruleset/ruleset_objects.h"

namespace portcullis {

LeftBehind::Time LeftBehind::due() const {
  return generations_.empty() ? Time::max() : generations_.front().due;
}

Ruleset LeftBehind::all() const {
  Ruleset all;
  for (const auto& generation : generations_) merge_objects(generation.objects, all);
  return all;
}

void LeftBehind::add(Ruleset objects, Time due) {
  if (!objects.empty()) generations_.push_back({std::move(objects), due});
}

Ruleset LeftBehind::due_at(Time now) const {
  Ruleset due;
  for (const auto& generation : generations_) {
    if (generation.due > now) break;
    merge_objects(generation.objects, due);
  }
  return due;
}

void LeftBehind::removed(Time now) {
  while (due() <= now) generations_.pop_front();
}

void LeftBehind::postpone(Time now, Time due) {
  auto objects = due_at(now);
  removed(now);
  if (!objects.empty()) generations_.push_front({std::move(objects), due});
}

Ruleset LeftBehind::take_back(const Ruleset& objects) {
  Ruleset back;
  for (auto& generation : generations_) {
    merge_objects(take_objects(objects, generation.objects), back);
  }
  std::erase_if(generations_, [](const Generation& each) { return each.objects.empty(); });
  return back;
}

void LeftBehind::found(Ruleset objects, Time due) {
  for (auto& generation : generations_) {
    generation.objects = take_objects(generation.objects, objects);
  }
  std::erase_if(generations_, [](const Generation& each) { return each.objects.empty(); });
  add(std::move(objects), due);
}

}  // namespace portcullis
