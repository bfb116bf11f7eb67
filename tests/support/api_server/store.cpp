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

constexpr const char* kNameLabel = "kubernetes.io/metadata.name";

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

// As the API server does, whoever writes the namespace; invalid labels are left alone.
void label_with_name(const Key& key, Json& metadata) {
  if (key.resource != Resource::kNamespaces) return;
  Json& labels = metadata["labels"];
  if (labels.is_null() || labels.is_object()) labels[kNameLabel] = key.name;
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

Object Store::put(const Key& key, Json object) {
  const Object before = find(key);
  Json& metadata = object["metadata"];
  metadata["name"] = key.name;
  if (!key.ns.empty()) metadata["namespace"] = key.ns;
  label_with_name(key, metadata);
  object["kind"] = info(key.resource).kind;
  object["apiVersion"] = info(key.resource).api_version;
  if (before) {
    for (const char* field : {"uid", "creationTimestamp", "resourceVersion"}) {
      metadata[field] = before->at("metadata").at(field);
    }
    if (object == *before) return before;
  } else {
    if (!metadata.contains("uid")) metadata["uid"] = make_uid(++uids_);
    if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = now();
  }
  const Object after = with_version(object, version_ + 1);
  contents_[key] = after;
  record({version_ + 1, key, before, after});
  return after;
}

Object Store::erase(const Key& key) {
  if (!find(key)) return nullptr;
  if (key.resource == Resource::kNamespaces) {
    std::vector<Key> inside;
    for (const auto& [other, object] : contents_) {
      if (other.ns == key.name) inside.push_back(other);
    }
    for (const Key& other : inside) erase(other);
  }
  const Object before = find(key);
  const Object after = with_version(*before, version_ + 1);
  contents_.erase(key);
  record({version_ + 1, key, before, after, true});
  return after;
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
