#include <algorithm>
#include <compare>
#include <map>
#include <type_traits>

#include "compiler/base/escape.h"
#include "daemon/files/manifests.h"
#include "k8s-client/decode/malformed.h"

namespace portcullis {
namespace {

struct Key {
  std::size_t kind = 0;  // index in k8s::Object
  ObjectKey name;

  auto operator<=>(const Key&) const = default;
};

// One object and its origin.
struct Definition {
  const k8s::Object* object = nullptr;
  const ManifestFile* file = nullptr;
  int document = 0;
};

using Objects = std::map<Key, k8s::Object>;

ObjectKey key_of(const Namespace& ns) { return {"", ns.name}; }
ObjectKey key_of(const auto& object) { return object.key; }

Key key_of(const k8s::Object& object) {
  return {object.index(), std::visit([](const auto& value) { return key_of(*value); }, object)};
}

const std::string& origin_of(const Definition& definition) {
  return std::visit([](const auto& value) -> const std::string& { return value->origin; },
                    *definition.object);
}

std::string describe(const Key& key) {
  static constexpr const char* kKinds[] = {"Pod ", "Namespace ", "NetworkPolicy "};
  const auto prefix = key.name.ns.empty() ? "" : printable(key.name.ns) + '/';
  return kKinds[key.kind] + prefix + printable(key.name.name);
}

// Ignores their origins.
bool define_the_same(const Definition& left, const Definition& right) {
  return std::visit(
      [&](const auto& value) {
        auto other = *std::get<std::decay_t<decltype(value)>>(*right.object);
        other.origin = value->origin;
        return *value == other;
      },
      *left.object);
}

void rename(Namespace& ns, const std::string& name) { ns.name = name; }
void rename(auto& object, const std::string& name) { object.key.name = name; }

k8s::Object fail_closed_as(const k8s::Object& object, const std::string& name) {
  return std::visit(
      [&](const auto& value) -> k8s::Object {
        auto copy = *value;
        k8s::fail_closed(copy);
        rename(copy, name);
        return std::make_shared<const decltype(copy)>(std::move(copy));
      },
      object);
}

Problem conflict(const Key& key, const Definition& here, std::string message) {
  return {here.file->path, here.document, {describe(key), "metadata.name", std::move(message), 0}};
}

// Drops every definition that an earlier one equals.
void drop_repetitions(const Key& key, std::vector<Definition>& definitions,
                      std::vector<Problem>& problems) {
  if (definitions.size() == 1) return;
  std::vector<Definition> distinct;
  for (const auto& definition : definitions) {
    const auto twin = std::find_if(distinct.begin(), distinct.end(), [&](const auto& earlier) {
      return define_the_same(earlier, definition);
    });
    if (twin == distinct.end()) {
      distinct.push_back(definition);
    } else {
      problems.push_back(conflict(
          key, definition, "is defined a second time, as in " + origin_of(*twin) + "; remove one"));
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
    problems.push_back(conflict(key, definition,
                                "is defined differently in " + origin_of(other) +
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
      groups[key_of(file.objects[i])].push_back({&file.objects[i], &file, file.documents[i]});
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
    drop_repetitions(key, definitions, result.problems);
    if (definitions.size() == 1) objects[key] = *definitions.front().object;
  }
  for (const auto& [key, definitions] : groups) {
    if (definitions.size() > 1) keep_all_malformed(key, definitions, objects, result.problems);
  }
  for (const auto& [key, object] : objects) {
    result.events.push_back(k8s::to_event(object));
  }
  return result;
}

}  // namespace portcullis
