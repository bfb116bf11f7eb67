#include "compiler/incremental/label_index.h"

#include <functional>

namespace portcullis {
namespace {

constexpr int kBitsOfAnchor = 4;

}  // namespace

AnchorFilter filter_of(const Anchors& anchors) {
  AnchorFilter filter;
  for (const auto& anchor : anchors) {
    auto hash = std::hash<std::string>()(anchor);
    for (int i = 0; i < kBitsOfAnchor; ++i, hash >>= 16U)
      filter.set((hash & 0xffffU) % filter.size());
  }
  return filter;
}

}  // namespace portcullis
