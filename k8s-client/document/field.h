#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/document/defect.h"
#include "k8s-client/document/document.h"

namespace portcullis::k8s {

// The problems of one object, collected while it is decoded. An object of 1 MB can have 100,000
// defects: the first ones are kept, and the others counted.
struct Report {
  static constexpr std::size_t kMostDefects = 20;

  std::string object;
  UnknownFields unknown = UnknownFields::kTolerate;
  std::vector<Defect> defects{};
  std::size_t found = 0;  // including those not kept

  bool clean() const { return found == 0; }
  std::vector<Defect> take();  // with one for the number of the rest; then it is clean
};

// A value in a document, or the place of a missing one, and the path to it. Children point to the
// field that they came from, so keep each in a variable while its children are in use.
//
// Reading the wrong type, unlike reading a missing value, adds a defect to the report.
class Field {
 public:
  Field(const Document& root, Report& report) : value_(&root), report_(&report) {}
  Field(const Field& same_place, Report& report) : Field(same_place) { report_ = &report; }

  // The value of a mapping's key, missing if this is not a mapping. A repeated key is a defect; if
  // the entries of a mapping are visited, each repeated key is.
  Field operator[](std::string_view key) const&;
  Field operator[](std::string_view key) const&& = delete;

  // The same if a mapping is expected.
  Field section(std::string_view key) const&;
  Field section(std::string_view key) const&& = delete;

  // True for a mapping; anything else except a missing value is a defect.
  bool require_map() const;
  bool require_list() const;  // the same for a list

  bool missing() const { return value_ == nullptr; }
  bool is_doubled() const;  // its key is repeated
  const Document* value() const { return value_; }
  Report& report() const { return *report_; }
  std::string path() const;

  const std::string* string() const;
  std::optional<std::string> text() const;  // also of another scalar, which is still a defect
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;
  std::size_t list_size() const;  // 0 if this is not a list

  // Calls visit(Field) for each item of a list, or visit(key, Field) for each entry of a mapping.
  template <class Visit>
  void each_item(Visit visit) const;
  template <class Visit>
  void each_entry(Visit visit) const;

  void defect(std::string message) const;

  // Every other key is a defect; allow_only(): if the report requires it.
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
