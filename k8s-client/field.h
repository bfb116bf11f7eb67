#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/decode.h"

namespace portcullis::k8s {

// What is wrong with one object, gathered while it is decoded. An object of 1 MB can have 100,000
// defects: the first ones are kept, and the others counted.
struct Report {
  static constexpr std::size_t kMostDefects = 20;

  std::string object;
  UnknownFields unknown = UnknownFields::kTolerate;
  std::vector<Defect> defects{};
  std::size_t found = 0;  // with those that are not kept

  bool clean() const { return found == 0; }
  std::vector<Defect> take();  // with one that tells how many more there are; then it is clean
};

// A value in a document, or where one would be, and the way to it. Children point to the field
// that they came from, so each must be held in a variable while its children are in use.
//
// A read of the wrong type, unlike one of a missing value, is a defect in the report.
class Field {
 public:
  Field(const Document& root, Report& report) : value_(&root), report_(&report) {}
  Field(const Field& same_place, Report& report) : Field(same_place) { report_ = &report; }

  // The value of a mapping's key, missing if this is no mapping. A key that stands twice is a
  // defect; of a mapping's entries that are visited, each such key is.
  Field operator[](std::string_view key) const&;
  Field operator[](std::string_view key) const&& = delete;

  // The same where a mapping is expected.
  Field section(std::string_view key) const&;
  Field section(std::string_view key) const&& = delete;

  // True for a mapping; anything else but a missing value is a defect.
  bool require_map() const;
  bool require_list() const;  // likewise

  bool missing() const { return value_ == nullptr; }
  bool is_doubled() const;  // its key stands twice
  const Document* value() const { return value_; }
  Report& report() const { return *report_; }
  std::string path() const;

  const std::string* string() const;
  std::optional<std::string> text() const;  // also of another scalar, which is a defect still
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;
  std::size_t list_size() const;  // 0 if this is no list

  // Calls visit(Field) for each item of a list, or visit(key, Field) for each entry of a mapping.
  template <class Visit>
  void each_item(Visit visit) const;
  template <class Visit>
  void each_entry(Visit visit) const;

  void defect(std::string message) const;

  // Every other key is a defect; allow_only(): if the report wants it so.
  void require_only(std::initializer_list<std::string_view> known) const;
  void allow_only(std::initializer_list<std::string_view> known) const;

 private:
  Field(const Field& parent, const Document* value, std::string_view key, std::size_t index)
      : value_(value), parent_(&parent), key_(key), index_(index), report_(parent.report_) {}

  void wrong_type(const char* expected) const;
  const Document::List* list() const;
  const Document::Map* map() const;
  void refuse_null() const;
  void refuse_duplicate() const;
  void refuse_duplicates(const Document::Map& entries) const;
  int line() const;

  const Document* value_;
  const Field* parent_ = nullptr;
  std::string_view key_;   // in the parent; empty for an item of a list
  std::size_t index_ = 0;  // in the parent, if that is a list
  Report* report_;
};

// The string of a mapping's key, "" if it is missing.
std::string read_text(const Field& section, std::string_view key);

template <class Visit>
void Field::each_item(Visit visit) const {
  const auto* items = list();
  if (items == nullptr) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const Field item(*this, &(*items)[i], {}, i);
    (*items)[i].is_null() ? item.refuse_null() : visit(item);
  }
}

template <class Visit>
void Field::each_entry(Visit visit) const {
  const auto* entries = map();
  if (entries == nullptr) return;
  refuse_duplicates(*entries);
  for (const auto& [key, value] : *entries) visit(key, Field(*this, &value, key, 0));
}

}  // namespace portcullis::k8s
