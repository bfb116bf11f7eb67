#include "k8s-client/document/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "k8s-client/document/document_builder.h"
#include "k8s-client/document/surrogate_pairs.h"
#include "k8s-client/document/yaml_scalar.h"
#include "k8s-client/document/yaml_stream.h"

namespace portcullis::k8s {
namespace {

// How yaml-cpp marks scalars without a tag.
constexpr std::string_view kPlain = "?";
constexpr std::string_view kQuoted = "!";
constexpr std::string_view kStandardTags = "tag:yaml.org,2002:";

bool fits_tag(const Scalar& scalar, std::string_view type) {
  if (type == "int") return std::holds_alternative<std::int64_t>(scalar);
  if (type == "bool") return std::holds_alternative<bool>(scalar);
  if (type == "null") return std::holds_alternative<std::nullptr_t>(scalar);
  return type == "float" &&
         (std::holds_alternative<double>(scalar) || std::holds_alternative<std::int64_t>(scalar));
}

// Kubernetes' own reader ignores application tags.
bool fits_collection(std::string_view tag, std::string_view own_type) {
  if (!tag.starts_with(kStandardTags)) return true;
  tag.remove_prefix(kStandardTags.size());
  const bool is_list = own_type == "seq";
  return tag == own_type || (is_list ? tag == "omap" || tag == "pairs" : tag == "set");
}

// Turns the parser's events for one part of the text into documents.
class YamlReader : public YAML::EventHandler {
 public:
  YamlReader(DocumentBuilder& builder, std::string_view text, int first_line,
             DocumentStream& documents)
      : builder_(builder), text_(text), first_line_(first_line), documents_(documents) {}

  bool has_failed() const { return has_failed_; }

  void fail(const YAML::Exception& exception) {
    builder_.fail("is not YAML, or ends too early: " + exception.msg,
                  exception.mark.is_null() ? first_line_ : line_of(exception.mark));
    OnDocumentEnd();
  }

  // If yaml-cpp cannot continue a document, it begins another.
  void OnDocumentStart(const YAML::Mark& mark) override {
    const bool is_first = std::exchange(is_first_, false);
    if (is_first || text_.substr(static_cast<std::size_t>(mark.pos), 3) == "---") return;
    builder_.fail("is not YAML: unexpected text; a further document begins with ---",
                  line_of(mark));
  }
  void OnDocumentEnd() override {
    documents_.push_back(builder_.take());
    has_failed_ = has_failed_ || !documents_.back();
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_scalar(nullptr, line_of(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.add_alias(anchor, line_of(mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool is_plain = tag == kPlain || tag == "tag:yaml.org,2002:merge";
    if (is_plain && text == "<<") return builder_.add_merge_key(line_of(mark));
    if (tag == kPlain) {
      return builder_.add_scalar(resolve_plain_scalar(text), line_of(mark), anchor);
    }
    if (tag == kQuoted || !tag.starts_with(kStandardTags)) {
      return builder_.add_scalar(text, line_of(mark), anchor);
    }
    add_tagged(mark, tag.substr(kStandardTags.size()), anchor, text);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (!fits_collection(tag, "seq")) refuse_tag(mark);
    builder_.begin_list(line_of(mark), anchor);
  }
  void OnSequenceEnd() override { builder_.end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (!fits_collection(tag, "map")) refuse_tag(mark);
    builder_.begin_mapping(line_of(mark), anchor);
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  int line_of(const YAML::Mark& mark) const { return first_line_ + mark.line; }

  void add_tagged(const YAML::Mark& mark, std::string_view type, YAML::anchor_t anchor,
                  const std::string& text) {
    if (type == "str") return builder_.add_scalar(text, line_of(mark), anchor);
    auto scalar = resolve_plain_scalar(text);
    if (!fits_tag(scalar, type)) return builder_.add_unsupported(line_of(mark), anchor);
    builder_.add_scalar(std::move(scalar), line_of(mark), anchor);
  }

  void refuse_tag(const YAML::Mark& mark) {
    builder_.fail("has a tag that does not match its value; remove it", line_of(mark));
  }

  DocumentBuilder& builder_;
  std::string_view text_;
  int first_line_;
  bool is_first_ = true;
  bool has_failed_ = false;
  DocumentStream& documents_;
};

// yaml-cpp treats some of them as the end of the text.
std::optional<SyntaxError> find_control_character(const YamlPart& part) {
  const auto control = std::ranges::find_if(part.text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (control == part.text.end()) return std::nullopt;
  const auto lines = std::count(part.text.begin(), control, '\n');
  return SyntaxError{"has a control character; a manifest is text in UTF-8",
                     part.first_line + static_cast<int>(lines)};
}

void read_part(const YamlPart& part, DocumentBuilder& builder, DocumentStream& documents) {
  if (auto error = find_control_character(part)) {
    documents.push_back(tl::unexpected(std::move(*error)));
    return;
  }
  const auto text = join_surrogate_pairs(part.text);
  YamlReader reader(builder, text, part.first_line, documents);
  std::istringstream stream(text);
  try {
    YAML::Parser parser(stream);
    while (!reader.has_failed() && parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& exception) {
    reader.fail(exception);
  }
}

}  // namespace

DocumentStream read_yaml_stream(std::string_view text) {
  const auto clean = without_byte_order_marks(text);
  DocumentBuilder builder;
  DocumentStream documents;
  for (const auto& part : split_yaml(clean)) read_part(part, builder, documents);
  return documents;
}

Documents parse_yaml(std::string_view text) { return all_of(read_yaml_stream(text)); }

}  // namespace portcullis::k8s
