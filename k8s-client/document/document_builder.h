#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "k8s-client/document/document.h"
#include "k8s-client/document/yaml_scalar.h"

namespace portcullis::k8s {

// Builds documents from a parser's events, one after another. After an error it ignores the rest of
// the document.
class DocumentBuilder {
 public:
  using Anchor = std::size_t;  // 0: none

  void add_scalar(Scalar scalar, int line, Anchor anchor);
  void add_unsupported(int line, Anchor anchor);
  void add_merge_key(int line);  // <<
  void add_alias(Anchor target, int line);
  void begin_list(int line, Anchor anchor);
  void begin_mapping(int line, Anchor anchor);
  void end();

  void fail(std::string message, int line);
  const std::optional<SyntaxError>& error() const { return error_; }

  // The document, or the error, at the end of its events; then the next one may begin.
  tl::expected<Document, SyntaxError> take();

 private:
  struct Level {
    Document collection;
    Anchor anchor = 0;
    std::optional<std::string> key;  // of a mapping: its value comes next
    bool merge_key = false;
    std::vector<Document> merged;  // mappings that << names
  };

  void begin(Document empty_collection, Anchor anchor);
  void add(Document node, Anchor anchor);
  void add_to_mapping(Level& level, Document node);
  void set_key(Level& level, const Document& node);
  void add_merged(Level& level, Document node);
  void finish_mapping(Level& level);
  bool spend(const Document& copied, int line);

  std::vector<Level> levels_;
  std::map<Anchor, Document> anchors_;
  Document root_;
  std::optional<SyntaxError> error_;
  std::size_t copied_bytes_ = 0;  // by anchors and aliases, in all documents
};

}  // namespace portcullis::k8s
