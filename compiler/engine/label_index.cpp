#include "compiler/engine/label_index.h"

#include <functional>

namespace portcullis {
namespace {

constexpr int kBitsOfAnchor = 4;

}  // namespace

AnchorFilter filter_of(const std::string& anchor) {
  AnchorFilter filter;
  auto hash = std::hash<std::string>()(anchor);
  for (int i = 0; i < kBitsOfAnchor; ++i, hash >>= 16U)
    filter.set((hash & 0xffffU) % filter.size());
  return filter;
}

AnchorFilter filter_of(const Labels& labels) {
  AnchorFilter filter;
  for_each_anchor(labels, [&](const std::string& anchor) { filter |= filter_of(anchor); });
  return filter;
}

}  // namespace portcullis
