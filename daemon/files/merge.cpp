#include <algorithm>
#include <compare>
#include <map>
#include <type_traits>

#include "daemon/files/manifests.h"
#include "k8s-client/decode/malformed.h"

namespace portcullis {
namespace {

struct Key {
  Kind kind = Kind::kPod;
  ObjectKey name;

  auto operator<=>(const Key&) const = default;
};

// One object and its origin.
struct Definition {
  const Event* object = nullptr;
  const ManifestFile* file = nullptr;
  int document = 0;
};

using Objects = std::map<Key, Event>;

// Ignores their origins.
bool define_the_same(const Event& left, const Event& right) {
  return std::visit(
      [&](const auto& event) {
        auto other = *std::get<std::decay_t<decltype(event)>>(right).object;
        other.origin = event.object->origin;
        return *event.object == other;
      },
      left);
}

void rename(Namespace& ns, const std::string& name) { ns.name = name; }
void rename(auto& object, const std::string& name) { object.key.name = name; }

Event fail_closed_as(const Event& event, const std::string& name) {
  return std::visit(
      [&](const auto& each) {
        auto copy = *each.object;
        k8s::fail_closed(copy);
        rename(copy, name);
        return to_event(std::make_shared<const decltype(copy)>(std::move(copy)));
      },
      event);
}

Problem conflict(const Definition& here, std::string message) {
  return {here.file->path,
          here.document,
          {name_of(*here.object), "metadata.name", std::move(message), 0}};
}

// Drops every definition that an earlier one equals.
void drop_repetitions(std::vector<Definition>& definitions, std::vector<Problem>& problems) {
  if (definitions.size() == 1) return;
  std::vector<Definition> distinct;
  for (const auto& definition : definitions) {
    const auto twin = std::find_if(distinct.begin(), distinct.end(), [&](const auto& earlier) {
      return define_the_same(*earlier.object, *definition.object);
    });
    if (twin == distinct.end()) {
      distinct.push_back(definition);
    } else {
      problems.push_back(conflict(definition, "is defined a second time, as in " +
                                                  origin_of(*twin->object) + "; remove one"));
    }
  }
  definitions = std::move(distinct);
}

// Contradicting definitions: we cannot know which one is meant.
void keep_all_malformed(const Key& key, const std::vector<Definition>& definitions,
                        Objects& objects, std::vector<Problem>& problems) {
  int number = 1;
  Key unique = key;
  for (const auto& definition : definitions) {
    const auto& other = &definition == &definitions.front() ? definitions[1] : definitions.front();
    problems.push_back(conflict(definition, "is defined differently in " +
                                                origin_of(*other.object) +
                                                "; both fail closed until one is removed"));
    while (objects.contains(unique))
      unique.name.name = key.name.name + '#' + std::to_string(++number);
    objects[unique] = fail_closed_as(*definition.object, unique.name.name);
  }
}

std::map<Key, std::vector<Definition>> group_by_key(const std::vector<ManifestFile>& files) {
  std::map<Key, std::vector<Definition>> groups;
  for (const auto& file : files) {
    for (std::size_t i = 0; i < file.objects.size(); ++i) {
      const auto& object = file.objects[i];
      groups[{kind_of(object), key_of(object)}].push_back({&object, &file, file.documents[i]});
    }
  }
  return groups;
}

}  // namespace

Manifests merge(const std::vector<ManifestFile>& files) {
  Manifests result;
  for (const auto& file : files) {
    result.problems.insert(result.problems.end(), file.problems.begin(), file.problems.end());
    result.not_enforced.insert(result.not_enforced.end(), file.not_enforced.begin(),
                               file.not_enforced.end());
  }
  auto groups = group_by_key(files);
  Objects objects;
  for (auto& [key, definitions] : groups) {
    drop_repetitions(definitions, result.problems);
    if (definitions.size() == 1) objects[key] = *definitions.front().object;
  }
  for (const auto& [key, definitions] : groups) {
    if (definitions.size() > 1) keep_all_malformed(key, definitions, objects, result.problems);
  }
  for (auto& [key, object] : objects) result.objects.push_back(std::move(object));
  return result;
}

Update update_of(std::vector<Event> objects) {
  Update update;
  for (const auto& each : kKinds) update.lists.push_back({each.kind, {}});
  for (auto& object : objects) {
    update.lists[index_of(kind_of(object))].objects.push_back(std::move(object));
  }
  return update;
}

}  // namespace portcullis
