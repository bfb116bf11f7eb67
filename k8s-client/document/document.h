#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <variant>
#include <vector>

namespace portcullis::k8s {

// A YAML value with an unsupported tag. Only an error if it is read.
struct Unsupported {
  bool operator==(const Unsupported&) const = default;
};

// A date and time that the format writes as such, and not as text.
struct Timestamp {
  std::int64_t seconds = 0;  // since the epoch

  bool operator==(const Timestamp&) const = default;
};

// A parsed document, of JSON, YAML or Protobuf: the common form from which objects are decoded.
// Mappings keep the order of the text, and repeated keys. Types are JSON's: a plain YAML scalar has
// the type that Kubernetes' YAML reader gives it, a quoted one is a string.
struct Document {
  using List = std::vector<Document>;
  using Map = std::vector<std::pair<std::string, Document>>;

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map, Unsupported,
               Timestamp>
      value = nullptr;
  int line = 0;  // where it begins, from 1; 0: unknown

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value); }
  const Map* map() const { return std::get_if<Map>(&value); }
  const List* list() const { return std::get_if<List>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }

  // The value of `key`, or null if this is not a mapping or has no such key. A key whose value is
  // null counts as missing, as in the Kubernetes API.
  const Document* find(std::string_view key) const;

  // A scalar as one would write it: "5", "true", or the string itself. Nothing for null, a list or
  // a mapping.
  std::optional<std::string> scalar_text() const;

  const char* type_name() const;  // "a string", "a list": for messages
};

// Every parser rejects deeper nesting of mappings and lists, so that code may recurse over a
// document.
inline constexpr int kMaxDocumentDepth = 128;

// The first repeated key of a mapping, or null. YAML forbids it, JSON leaves it open, and kubectl
// accepts it. A field that is read must not be ambiguous (see Field).
const std::pair<std::string, Document>* find_duplicate(const Document::Map& map);

// Why a text is not a document, or not a list of documents.
struct SyntaxError {
  std::string message;  // without file and line
  int line = 0;         // from 1; 0: unknown
};

// Every document of a text, in order, including empty ones.
using Documents = tl::expected<std::vector<Document>, SyntaxError>;

// The same, but an error in one document does not affect the others.
using DocumentStream = std::vector<tl::expected<Document, SyntaxError>>;

[[nodiscard]] bool all_read(const DocumentStream& stream);

// All documents, or the first error.
[[nodiscard]] Documents all_of(DocumentStream stream);

}  // namespace portcullis::k8s
