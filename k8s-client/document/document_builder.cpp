#include "k8s-client/document/document_builder.h"

#include <algorithm>
#include <set>

namespace portcullis::k8s {
namespace {

constexpr std::size_t kMaxCopiedBytes = std::size_t{64} << 20;

struct Extent {
  std::size_t bytes = 0;
  int depth = 0;
};

Extent extent_of(const Document& document) {
  Extent extent{sizeof(Document), 0};
  const auto include = [&](const Document& child) {
    const auto inner = extent_of(child);
    extent.bytes += inner.bytes;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  if (const auto* text = document.string()) extent.bytes += text->size();
  if (const auto* list = document.list()) std::for_each(list->begin(), list->end(), include);
  if (const auto* map = document.map()) {
    for (const auto& [key, value] : *map) {
      extent.bytes += sizeof(std::string) + key.size();
      include(value);
    }
  }
  return extent;
}

// A mapping's key, converted to a string as Kubernetes' reader does.
std::optional<std::string> key_text(const Document& node) {
  if (const auto* text = node.string()) return *text;
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) return std::to_string(*number);
  return std::nullopt;
}

}  // namespace

void DocumentBuilder::add_scalar(Scalar scalar, int line, Anchor anchor) {
  if (error_) return;
  Document node{nullptr, line};
  std::visit([&](auto& value) { node.value = std::move(value); }, scalar);
  add(std::move(node), anchor);
}

void DocumentBuilder::add_unsupported(int line, Anchor anchor) {
  if (!error_) add({Unsupported{}, line}, anchor);
}

void DocumentBuilder::add_merge_key(int line) {
  const bool is_key =
      !levels_.empty() && levels_.back().collection.map() != nullptr && !levels_.back().key;
  if (!is_key) return add_scalar(std::string("<<"), line, 0);
  levels_.back().key = "<<";
  levels_.back().merge_key = true;
}

void DocumentBuilder::add_alias(Anchor target, int line) {
  if (error_) return;
  const auto node = anchors_.find(target);
  if (node == anchors_.end()) return fail("an alias is inside the node that it refers to", line);
  if (spend(node->second, line)) add(node->second, 0);
}

void DocumentBuilder::begin_list(int line, Anchor anchor) {
  begin({Document::List(), line}, anchor);
}

void DocumentBuilder::begin_mapping(int line, Anchor anchor) {
  begin({Document::Map(), line}, anchor);
}

void DocumentBuilder::begin(Document empty_collection, Anchor anchor) {
  if (error_) return;
  if (levels_.size() >= kMaxDocumentDepth) {
    return fail("is nested too deeply", empty_collection.line);
  }
  levels_.push_back({std::move(empty_collection), anchor, {}, false, {}});
}

void DocumentBuilder::end() {
  if (error_) return;
  auto level = std::move(levels_.back());
  levels_.pop_back();
  if (level.collection.map() != nullptr) finish_mapping(level);
  if (!error_) add(std::move(level.collection), level.anchor);
}

void DocumentBuilder::fail(std::string message, int line) {
  if (!error_) error_ = SyntaxError{std::move(message), line};
}

tl::expected<Document, SyntaxError> DocumentBuilder::take() {
  levels_.clear();
  anchors_.clear();
  auto document = std::exchange(root_, Document());
  if (auto error = std::exchange(error_, std::nullopt)) return tl::unexpected(std::move(*error));
  return document;
}

void DocumentBuilder::add(Document node, Anchor anchor) {
  if (anchor != 0) {
    if (!spend(node, node.line)) return;
    anchors_[anchor] = node;
  }
  if (levels_.empty()) {
    root_ = std::move(node);
  } else if (auto* list = std::get_if<Document::List>(&levels_.back().collection.value)) {
    list->push_back(std::move(node));
  } else {
    add_to_mapping(levels_.back(), std::move(node));
  }
}

void DocumentBuilder::add_to_mapping(Level& level, Document node) {
  if (!level.key) return set_key(level, node);
  auto key = *std::exchange(level.key, std::nullopt);
  if (std::exchange(level.merge_key, false)) return add_merged(level, std::move(node));
  std::get<Document::Map>(level.collection.value).emplace_back(std::move(key), std::move(node));
}

void DocumentBuilder::set_key(Level& level, const Document& node) {
  level.key = key_text(node);
  if (!level.key) {
    fail(std::string("a key is ") + node.type_name() + ", but must be a string; put it in quotes",
         node.line);
  }
}

void DocumentBuilder::add_merged(Level& level, Document node) {
  if (auto* list = std::get_if<Document::List>(&node.value)) {
    for (auto& item : *list) level.merged.push_back(std::move(item));
  } else {
    level.merged.push_back(std::move(node));
  }
}

// A mapping's own keys take precedence over merged ones, and earlier merges over later ones.
void DocumentBuilder::finish_mapping(Level& level) {
  auto& map = std::get<Document::Map>(level.collection.value);
  if (level.merged.empty()) return;
  std::set<std::string, std::less<>> keys;
  for (const auto& entry : map) keys.insert(entry.first);
  for (auto& merged : level.merged) {
    auto* entries = std::get_if<Document::Map>(&merged.value);
    if (entries == nullptr) {
      return fail("<< names " + std::string(merged.type_name()) + ", but must name a mapping",
                  merged.line);
    }
    for (auto& entry : *entries) {
      if (keys.insert(entry.first).second) map.push_back(std::move(entry));
    }
  }
}

bool DocumentBuilder::spend(const Document& copied, int line) {
  const auto extent = extent_of(copied);
  copied_bytes_ += extent.bytes;
  if (copied_bytes_ > kMaxCopiedBytes) {
    fail("its aliases expand to more than 64 MiB", line);
  } else if (levels_.size() + static_cast<std::size_t>(extent.depth) > kMaxDocumentDepth) {
    fail("is nested too deeply", line);
  }
  return !error_;
}

}  // namespace portcullis::k8s
