#include "k8s-client/document/json.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace portcullis::k8s {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kBlank = " \t\r\n";
const Wanted everything;

// Also a byte order mark: each of several concatenated files may begin with one.
void skip_blanks(std::string_view& text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    if (!text.starts_with(kMark)) return;
    text.remove_prefix(kMark.size());
  }
}

// The length of the first document in `text`, which does not begin with a blank: up to the bracket
// that closes its first one, or everything.
std::size_t first_document(std::string_view text) {
  if (text.front() != '{' && text.front() != '[') return text.size();
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '{' || c == '[')) {
      ++depth;
    } else if (!quoted && (c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

class JsonReader {
 public:
  // `text` must be padded, and outlive the reader. The items of the list `visited` are passed on.
  explicit JsonReader(std::string_view text, const Wanted* visited = nullptr, Visit visit = {})
      : position_(text.data()), visited_(visited), visit_(std::move(visit)) {}

  tl::expected<Document, SyntaxError> read(simdjson::padded_string_view text,
                                           const Wanted& wanted) {
    move_to(text.data());
    Document document;
    ondemand::document json;
    auto error = parser_.iterate(text).get(json);
    if (!error) error = read_value(json, 1, wanted, document);
    if (!error && !json.current_location().error()) error = simdjson::TRAILING_CONTENT;
    if (!error) return document;
    return tl::unexpected(SyntaxError{message(error), line_});
  }

 private:
  template <class Value>
  simdjson::error_code read_value(Value& value, int depth, const Wanted& wanted, Document& into) {
    std::string_view token;
    if (const auto error = simdjson::simdjson_result(value.raw_json_token()).get(token)) {
      return error;
    }
    move_to(token.data());
    into.line = line_;
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    switch (type) {
      case ondemand::json_type::object:
        return read_object(value, depth, wanted, into.value.emplace<Document::Map>());
      case ondemand::json_type::array:
        return read_array(value, depth, wanted, into.value.emplace<Document::List>());
      case ondemand::json_type::string: {
        std::string_view text;
        const auto error = value.get_string().get(text);
        if (!error) into.value.emplace<std::string>(text);
        return error;
      }
      case ondemand::json_type::number:
        return read_number(value, into);
      case ondemand::json_type::boolean:
        return value.get_bool().get(into.value.emplace<bool>());
      case ondemand::json_type::null:
        break;
    }
    bool null = false;
    const auto error = value.is_null().get(null);
    return error || null ? error : simdjson::N_ATOM_ERROR;
  }

  template <class Value>
  simdjson::error_code read_number(Value& value, Document& into) {
    if (!value.get_int64().get(into.value.template emplace<std::int64_t>())) {
      return simdjson::SUCCESS;
    }
    return value.get_double().get(into.value.template emplace<double>());
  }

  template <class Value>
  simdjson::error_code read_array(Value& value, int depth, const Wanted& wanted,
                                  Document::List& list) {
    if (depth > kMaxDocumentDepth) return simdjson::DEPTH_ERROR;
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    for (auto item : array) {
      ondemand::value element;
      if (const auto error = item.get(element)) return error;
      Document& read = list.emplace_back();
      if (const auto error = read_value(element, depth + 1, wanted, read)) return error;
      if (&wanted != visited_) continue;
      visit_(read);
      list.clear();
    }
    return simdjson::SUCCESS;
  }

  template <class Value>
  simdjson::error_code read_object(Value& value, int depth, const Wanted& wanted,
                                   Document::Map& map) {
    if (depth > kMaxDocumentDepth) return simdjson::DEPTH_ERROR;
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    for (auto member : object) {
      ondemand::field field;
      if (const auto error = std::move(member).get(field)) return error;
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      const auto* member_wanted = wanted.find(key);
      if (!wanted.all() && member_wanted == nullptr) continue;
      auto& entry = map.emplace_back(key, Document());
      if (const auto error = read_value(field.value(), depth + 1,
                                        wanted.all() ? wanted : *member_wanted, entry.second)) {
        return error;
      }
    }
    return simdjson::SUCCESS;
  }

  void move_to(const char* target) {
    if (target <= position_) return;
    line_ += static_cast<int>(std::count(position_, target, '\n'));
    position_ = target;
  }

  std::string message(simdjson::error_code error) const {
    if (error == simdjson::DEPTH_ERROR) return "is nested too deeply";
    return std::string("is not JSON, or ends too early: ") + simdjson::error_message(error);
  }

  ondemand::parser parser_;
  const char* position_;
  const Wanted* const visited_;
  const Visit visit_;
  int line_ = 1;
};

}  // namespace

DocumentStream read_json_stream(std::string_view text) {
  const simdjson::padded_string padded(text);
  std::string_view rest = padded;
  JsonReader reader(rest);
  DocumentStream documents;
  while (true) {
    skip_blanks(rest);
    if (rest.empty()) return documents;
    const auto size = first_document(rest);
    documents.push_back(reader.read(
        simdjson::padded_string_view(rest.data(), size, rest.size() + simdjson::SIMDJSON_PADDING),
        everything));
    if (!documents.back()) return documents;
    rest.remove_prefix(size);
  }
}

Documents parse_json(std::string_view text) { return all_of(read_json_stream(text)); }

tl::expected<Document, SyntaxError> parse_json(std::string_view text, const Wanted& wanted) {
  const simdjson::padded_string padded(text);
  return JsonReader(padded).read(padded, wanted);
}

tl::expected<Document, SyntaxError> parse_json_items(std::string text, const Wanted& wanted,
                                                     const Wanted& items, const Visit& visit) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  return JsonReader(text, &items, visit)
      .read(simdjson::padded_string_view(text.data(), text.size(), text.capacity()), wanted);
}

}  // namespace portcullis::k8s
