#include "tests/support/api_server/store.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, sizeof "2001-09-09T01:46:40Z"> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::string make_uid(std::uint64_t number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(number));
  return text.data();
}

Object with_version(const Json& object, std::uint64_t version) {
  Json copy = object;
  copy["metadata"]["resourceVersion"] = std::to_string(version);
  return std::make_shared<const Json>(std::move(copy));
}

}  // namespace

Store::Store(std::size_t history) : history_(history) {}

Object Store::find(const Key& key) const {
  const auto found = contents_.find(key);
  return found == contents_.end() ? nullptr : found->second;
}

void Store::put(const Key& key, Json object) {
  const Object before = find(key);
  Json& metadata = object["metadata"];
  metadata["name"] = key.name;
  if (!key.ns.empty()) metadata["namespace"] = key.ns;
  object["kind"] = info(key.resource).kind;
  object["apiVersion"] = info(key.resource).api_version;
  if (before) {
    for (const char* field : {"uid", "creationTimestamp", "resourceVersion"}) {
      metadata[field] = before->at("metadata").at(field);
    }
    if (object == *before) return;
  } else {
    if (!metadata.contains("uid")) metadata["uid"] = make_uid(++uids_);
    if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = now();
  }
  const Object after = with_version(object, version_ + 1);
  contents_[key] = after;
  record({version_ + 1, key, before, after});
}

void Store::erase(const Key& key) {
  if (!find(key)) return;
  if (key.resource == Resource::kNamespaces) {
    std::vector<Key> inside;
    for (const auto& [other, object] : contents_) {
      if (other.ns == key.name) inside.push_back(other);
    }
    for (const Key& other : inside) erase(other);
  }
  const Object before = find(key);
  contents_.erase(key);
  record({version_ + 1, key, before, with_version(*before, version_ + 1), true});
}

void Store::record(Change change) {
  version_ = change.version;
  changes_.push_back(std::move(change));
  while (changes_.size() > history_) {
    compacted_ = changes_.front().version;
    changes_.pop_front();
  }
}

std::optional<Contents> Store::at(std::uint64_t version) const {
  if (version < compacted_ || version > version_) return std::nullopt;
  Contents then = contents_;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->version <= version) break;
    if (change->before) {
      then[change->key] = change->before;
    } else {
      then.erase(change->key);
    }
  }
  return then;
}

void Store::compact() {
  changes_.clear();
  compacted_ = version_;
}

bool Store::restore(std::uint64_t version) {
  auto then = at(version);
  if (!then) return false;
  contents_ = std::move(*then);
  version_ = version;
  compact();
  return true;
}

}  // namespace portcullis::test::api
