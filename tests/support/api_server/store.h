#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {

using Object = std::shared_ptr<const nlohmann::json>;
using Contents = std::map<Key, Object>;

struct Change {
  std::uint64_t version = 0;
  Key key;
  Object before;  // null: it has been created
  Object after;   // for a deletion what it was, with the deletion's resourceVersion
  bool deleted = false;
};

// The objects and their history, with one increasing version, as in etcd. Not thread safe.
class Store {
 public:
  explicit Store(std::size_t history);  // changes kept; older ones are compacted away

  std::uint64_t version() const { return version_; }
  const Contents& contents() const { return contents_; }

  // Creates or replaces: sets uid, creationTimestamp and resourceVersion. If only these differ from
  // the stored object, nothing changes, and no version is used.
  void put(const Key& key, nlohmann::json object);

  // A namespace's objects are deleted first.
  void erase(const Key& key);

  // The contents at a version; nothing if that is compacted or in the future.
  std::optional<Contents> at(std::uint64_t version) const;

  // In version order, each greater than compacted().
  const std::deque<Change>& changes() const { return changes_; }
  std::uint64_t compacted() const { return compacted_; }

  void compact();  // forgets every change

  // Restores a backup: contents and version, without history. False if it is compacted.
  bool restore(std::uint64_t version);

 private:
  Object find(const Key& key) const;  // null: there is none
  void record(Change change);

  std::size_t history_;
  std::uint64_t version_ = 1;
  std::uint64_t compacted_ = 1;
  std::uint64_t uids_ = 0;
  Contents contents_;
  std::deque<Change> changes_;
};

}  // namespace portcullis::test::api
