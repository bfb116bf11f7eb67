#include "k8s-client/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "k8s-client/document_builder.h"
#include "k8s-client/yaml_scalar.h"

namespace portcullis::k8s {
namespace {

// How yaml-cpp marks scalars without a tag.
constexpr std::string_view kPlain = "?";
constexpr std::string_view kQuoted = "!";
constexpr std::string_view kStandardTags = "tag:yaml.org,2002:";

int line_of(const YAML::Mark& mark) { return mark.line + 1; }

bool is_untagged(std::string_view tag) { return tag == kPlain || tag == kQuoted; }

bool fits_tag(const Scalar& scalar, std::string_view type) {
  if (type == "int") return std::holds_alternative<std::int64_t>(scalar);
  if (type == "bool") return std::holds_alternative<bool>(scalar);
  if (type == "null") return std::holds_alternative<std::nullptr_t>(scalar);
  return type == "float" &&
         (std::holds_alternative<double>(scalar) || std::holds_alternative<std::int64_t>(scalar));
}

// Turns the parser's events into documents.
class Reader : public YAML::EventHandler {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  const std::optional<SyntaxError>& error() const { return builder_.error(); }
  std::vector<Document> take() { return std::move(documents_); }

  // Where yaml-cpp cannot go on with a document, it begins another.
  void OnDocumentStart(const YAML::Mark& mark) override {
    const bool is_first = std::exchange(is_first_, false);
    if (is_first || text_.substr(static_cast<std::size_t>(mark.pos), 3) == "---") return;
    builder_.fail("is no YAML: unexpected text; a further document begins with ---", line_of(mark));
  }
  void OnDocumentEnd() override { documents_.push_back(builder_.take()); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_scalar(nullptr, line_of(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_alias(anchor, line_of(mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (tag == kPlain && text == "<<") return builder_.add_merge_key(line_of(mark));
    if (tag == kPlain) {
      return builder_.add_scalar(resolve_plain_scalar(text), line_of(mark), anchor);
    }
    if (tag == kQuoted) return builder_.add_scalar(text, line_of(mark), anchor);
    add_tagged(mark, tag, anchor, text);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (!is_untagged(tag) && tag != "tag:yaml.org,2002:seq") refuse_tag(mark);
    builder_.begin_list(line_of(mark), anchor);
  }
  void OnSequenceEnd() override { builder_.end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (!is_untagged(tag) && tag != "tag:yaml.org,2002:map") refuse_tag(mark);
    builder_.begin_mapping(line_of(mark), anchor);
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  void add_tagged(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor,
                  const std::string& text) {
    if (!tag.starts_with(kStandardTags)) return refuse_tag(mark);
    tag.remove_prefix(kStandardTags.size());
    if (tag == "str") return builder_.add_scalar(text, line_of(mark), anchor);
    auto scalar = resolve_plain_scalar(text);
    if (!fits_tag(scalar, tag)) return refuse_tag(mark);
    builder_.add_scalar(std::move(scalar), line_of(mark), anchor);
  }

  void refuse_tag(const YAML::Mark& mark) {
    builder_.fail("has a tag that does not fit here or is not supported; remove it", line_of(mark));
  }

  std::string_view text_;
  bool is_first_ = true;
  DocumentBuilder builder_;
  std::vector<Document> documents_;
};

// yaml-cpp takes some of them for the end of the text.
std::optional<SyntaxError> find_control_character(std::string_view text) {
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (control == text.end()) return std::nullopt;
  const auto line = 1 + std::count(text.begin(), control, '\n');
  return SyntaxError{"has a control character; a manifest is text in UTF-8",
                     static_cast<int>(line)};
}

SyntaxError error_of(const YAML::Exception& exception) {
  const auto line = exception.mark.is_null() ? 0 : line_of(exception.mark);
  return {"is no YAML, or ends too early: " + exception.msg, line};
}

}  // namespace

Documents parse_yaml(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto error = find_control_character(text)) return tl::unexpected(std::move(*error));
  Reader reader(text);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (!reader.error() && parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& exception) {
    if (!reader.error()) return tl::unexpected(error_of(exception));
  }
  if (reader.error()) return tl::unexpected(*reader.error());
  return reader.take();
}

}  // namespace portcullis::k8s
