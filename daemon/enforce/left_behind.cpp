#include "daemon/enforce/left_behind.h"

#include <utility>

namespace portcullis {
namespace {

// Removes from the map what is held; calls on_held(object) with it.
template <class Map, class Function>
void take_held(Map& added, const std::set<std::string>& held, Function on_held) {
  for (const auto& name : held) {
    if (auto node = added.extract(name)) on_held(std::move(node.mapped()));
  }
}

}  // namespace

LeftBehind::Time LeftBehind::due() const {
  return generations_.empty() ? Time::max() : generations_.front().due;
}

ObjectNames LeftBehind::all() const {
  ObjectNames all;
  for (const auto& generation : generations_) all.merge(generation.objects);
  return all;
}

bool LeftBehind::explains(const Delta& todo, const Ruleset& desired, TableFamily table) const {
  auto gone = all();
  for (const auto other : kTableFamilies) {
    if (other != table) gone.remove(other);
  }
  gone.remove(names_of(desired));
  return todo.gone == gone && todo.change == TableChange::kNone &&
         todo.bridge == TableChange::kNone && todo.add.empty() && todo.rules.empty() &&
         todo.elements.empty();
}

void LeftBehind::add(ObjectNames objects, Time due) {
  if (!objects.empty()) generations_.push_back({std::move(objects), due});
}

ObjectNames LeftBehind::due_at(Time now) const {
  ObjectNames due;
  for (const auto& generation : generations_) {
    if (generation.due > now) break;
    due.merge(generation.objects);
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

template <class Function>
void LeftBehind::edit(Function function) {
  for (auto& generation : generations_) function(generation.objects);
  std::erase_if(generations_, [](const Generation& each) { return each.objects.empty(); });
}

void LeftBehind::forget(TableFamily table) {
  edit([&](ObjectNames& objects) { objects.remove(table); });
}

void LeftBehind::take_back(Delta& delta) {
  for (const auto table : kTableFamilies) {
    const auto change = delta.change_of(table);
    if (change == TableChange::kDelete || change == TableChange::kReplace) forget(table);
  }
  if (generations_.empty() || delta.add.empty()) return;
  const auto wanted = names_of(delta.add);
  auto held = all();
  held.keep(wanted);
  edit([&](ObjectNames& objects) { objects.remove(wanted); });
  take_held(delta.add.chains, held.chains, [](const Chain&) {});
  take_held(delta.add.counters, held.counters, [](const CounterSpec&) {});
  take_held(delta.add.sets, held.sets, [&](Set set) {
    if (set.spec.interval) return;
    const auto name = set.spec.name;
    delta.elements[name] = {std::move(set.spec), true, {}, std::move(set.elements)};
  });
}

void LeftBehind::found(ObjectNames objects, Time due) {
  edit([&](ObjectNames& known) {
    known.keep(objects);
    objects.remove(known);
  });
  add(std::move(objects), due);
}

}  // namespace portcullis
