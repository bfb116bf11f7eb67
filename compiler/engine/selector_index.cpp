#include "compiler/engine/selector_index.h"

#include <algorithm>

namespace portcullis {
namespace {

std::string anchor(const std::string& key, const std::string& value) { return key + '=' + value; }

// A key alone finds as many candidates as so many of its values, and costs much less to index.
constexpr std::size_t kBreadthOfKey = std::size_t{1} << 14U;

// The fewer anchors the better. 0: it has no anchor.
std::size_t breadth(const Requirement& requirement) {
  if (requirement.op == Operator::kIn) return requirement.values.size();
  return requirement.op == Operator::kExists ? kBreadthOfKey : 0;
}

bool is_anchor_of(std::string_view anchor, std::string_view key, std::string_view value) {
  if (!anchor.starts_with(key)) return false;
  anchor.remove_prefix(key.size());
  return anchor.empty() || (anchor.front() == '=' && anchor.substr(1) == value);
}

}  // namespace

Anchors anchors_of(const LabelSelector& selector) {
  const Requirement* narrowest = nullptr;
  for (const auto& requirement : selector.requirements()) {
    if (breadth(requirement) == 0) continue;
    if (narrowest == nullptr || breadth(requirement) < breadth(*narrowest)) {
      narrowest = &requirement;
    }
  }
  if (narrowest == nullptr) return {};
  if (breadth(*narrowest) >= kBreadthOfKey) return {narrowest->key};
  Anchors anchors;
  for (const auto& value : narrowest->values) anchors.push_back(anchor(narrowest->key, value));
  return anchors;
}

Anchors anchors_of(const Labels& labels) {
  Anchors anchors;
  anchors.reserve(2 * labels.size());
  for_each_anchor(labels, [&](const std::string& anchor) { anchors.push_back(anchor); });
  return anchors;
}

bool has_anchor(const Labels& labels, std::string_view anchor) {
  return std::any_of(labels.begin(), labels.end(), [&](const auto& label) {
    return is_anchor_of(anchor, label.first, label.second);
  });
}

}  // namespace portcullis
