#include "k8s-client/document/field.h"

#include <algorithm>
#include <utility>

#include "compiler/base/escape.h"

namespace portcullis::k8s {
namespace {

bool is_plain_key(std::string_view key) {
  if (key.starts_with('-') || key.ends_with('-')) return false;
  return !key.empty() && key.size() <= 63 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string join(std::initializer_list<std::string_view> words) {
  std::string result;
  for (const auto word : words) result.append(result.empty() ? "" : ", ").append(word);
  return result;
}

}  // namespace

std::vector<Defect> Report::take() {
  if (found > defects.size()) {
    const auto more = std::to_string(found - defects.size());
    defects.push_back({object, "", "has " + more + " more problems", defects.front().line});
  }
  found = 0;
  return std::exchange(defects, {});
}

Field Field::operator[](std::string_view key) const& {
  const Field child(*this, value_ == nullptr ? nullptr : value_->find(key), key, 0);
  if (child.is_doubled()) child.refuse_duplicate();
  return child;
}

bool Field::is_doubled() const {
  const auto* parent = parent_ == nullptr ? nullptr : parent_->value_;
  const auto* entries = parent == nullptr ? nullptr : parent->map();
  return entries != nullptr &&
         std::ranges::count(*entries, key_, &Document::Map::value_type::first) > 1;
}

Field Field::section(std::string_view key) const& {
  Field child = (*this)[key];
  child.require_map();
  return child;
}

bool Field::require_map() const { return map() != nullptr; }

bool Field::require_list() const { return list() != nullptr; }

std::string Field::path() const {
  if (parent_ == nullptr) return {};
  auto path = parent_->path();
  if (parent_->value_ != nullptr && parent_->value_->list() != nullptr) {
    return path + '[' + std::to_string(index_) + ']';
  }
  if (!is_plain_key(key_)) return path + '[' + in_quotes(key_) + ']';
  return (path.empty() ? path : path + '.').append(key_);
}

const std::string* Field::string() const {
  if (value_ == nullptr) return nullptr;
  if (value_->string() == nullptr) {
    const bool scalar = value_->list() == nullptr && value_->map() == nullptr;
    wrong_type(scalar ? "a string (put it in quotes)" : "a string");
  }
  return value_->string();
}

std::optional<std::string> Field::text() const {
  if (value_ == nullptr) return std::nullopt;
  string();  // for its defect
  return value_->scalar_text();
}

std::optional<std::int64_t> Field::integer() const {
  if (value_ == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<std::int64_t>(&value_->value)) return *number;
  wrong_type("a whole number (without quotes)");
  return std::nullopt;
}

std::optional<bool> Field::boolean() const {
  if (value_ == nullptr) return std::nullopt;
  if (const auto* flag = std::get_if<bool>(&value_->value)) return *flag;
  wrong_type("true or false (without quotes)");
  return std::nullopt;
}

std::size_t Field::list_size() const {
  return value_ == nullptr || value_->list() == nullptr ? 0 : value_->list()->size();
}

void Field::defect(std::string message) const {
  Defect defect{report_->object, path(), std::move(message), line()};
  // A field may be read more than once.
  const bool known = std::ranges::any_of(report_->defects, [&](const Defect& other) {
    return other.field == defect.field && other.message == defect.message;
  });
  if (known) return;
  if (report_->found++ < Report::kMostDefects) report_->defects.push_back(std::move(defect));
}

void Field::allow_only(std::initializer_list<std::string_view> known) const {
  if (report_->unknown == UnknownFields::kReject) require_only(known);
}

void Field::require_only(std::initializer_list<std::string_view> known) const {
  if (value_ == nullptr || value_->map() == nullptr) return;
  for (const auto& [key, value] : *value_->map()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    Field(*this, &value, key, 0).defect("is not a field of the API; known here: " + join(known));
  }
}

void Field::wrong_type(const char* expected) const {
  defect(std::string("is ") + value_->type_name() + ", but must be " + expected);
}

const Document::List* Field::list() const {
  if (value_ == nullptr) return nullptr;
  if (value_->list() == nullptr) wrong_type("a list");
  return value_->list();
}

const Document::Map* Field::map() const {
  if (value_ == nullptr) return nullptr;
  if (value_->map() == nullptr) wrong_type("a mapping");
  return value_->map();
}

void Field::refuse_duplicate() const { defect("is set twice; remove one"); }

void Field::refuse_duplicates(const Document::Map& entries) const {
  const auto* twin = find_duplicate(entries);
  if (twin != nullptr) Field(*this, &twin->second, twin->first, 0).refuse_duplicate();
}

void Field::refuse_null() const { defect("is an empty item; fill it in or remove it"); }

int Field::line() const {
  for (const auto* field = this; field != nullptr; field = field->parent_) {
    if (field->value_ != nullptr) return field->value_->line;
  }
  return 0;
}

std::string read_text(const Field& section, std::string_view key) {
  const auto* text = section[key].string();
  return text == nullptr ? std::string() : *text;
}

}  // namespace portcullis::k8s
