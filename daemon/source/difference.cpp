#include "daemon/source/difference.h"

#include <tuple>

namespace portcullis {
namespace {

// By kind, then by key.
bool comes_before(const Event& left, const Event& right) {
  if (left.index() != right.index()) return left.index() < right.index();
  if (const auto* ns = std::get_if<NamespaceEvent>(&left)) {
    return ns->name < std::get<NamespaceEvent>(right).name;
  }
  const auto key = [](const Event& event) -> const ObjectKey& {
    const auto* pod = std::get_if<PodEvent>(&event);
    return pod != nullptr ? pod->key : std::get<PolicyEvent>(event).key;
  };
  return key(left) < key(right);
}

template <class T>
bool is_same(const std::shared_ptr<const T>& left, const std::shared_ptr<const T>& right) {
  return left == right || *left == *right;
}

bool say_the_same(const Event& left, const Event& right) {
  if (const auto* pod = std::get_if<PodEvent>(&left)) {
    return is_same(pod->pod, std::get<PodEvent>(right).pod);
  }
  if (const auto* ns = std::get_if<NamespaceEvent>(&left)) {
    return is_same(ns->ns, std::get<NamespaceEvent>(right).ns);
  }
  return is_same(std::get<PolicyEvent>(left).policy, std::get<PolicyEvent>(right).policy);
}

}  // namespace

std::vector<Event> difference(const std::vector<Event>& from, const std::vector<Event>& to) {
  std::vector<Event> events;
  auto old = from.begin();
  for (const auto& event : to) {
    for (; old != from.end() && comes_before(*old, event); ++old) {
      events.push_back(removal_of(*old));
    }
    const bool was_there = old != from.end() && !comes_before(event, *old);
    if (!was_there || !say_the_same(*old, event)) events.push_back(event);
    if (was_there) ++old;
  }
  for (; old != from.end(); ++old) events.push_back(removal_of(*old));
  return events;
}

}  // namespace portcullis
