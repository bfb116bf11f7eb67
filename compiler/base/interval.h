#pragma once

#include <algorithm>
#include <compare>
#include <vector>

namespace portcullis {

// A closed range of unsigned values: both ends belong to it.
template <class T>
struct Interval {
  T first;
  T last;

  auto operator<=>(const Interval&) const = default;
};

// The same values as disjoint, ascending ranges with at least one missing value between them: the
// canonical form, the only one that the kernel's interval sets accept.
template <class T>
std::vector<Interval<T>> merge(std::vector<Interval<T>> intervals) {
  std::sort(intervals.begin(), intervals.end());
  std::vector<Interval<T>> merged;
  for (const auto& next : intervals) {
    if (!merged.empty() && (next.first == 0 || next.first - 1 <= merged.back().last)) {
      merged.back().last = std::max(merged.back().last, next.last);
    } else {
      merged.push_back(next);
    }
  }
  return merged;
}

// The values of `whole` that are in none of `holes`, in canonical form.
template <class T>
std::vector<Interval<T>> subtract(Interval<T> whole, std::vector<Interval<T>> holes) {
  std::vector<Interval<T>> rest;
  for (const auto& hole : merge(std::move(holes))) {
    if (hole.last < whole.first) continue;
    if (hole.first > whole.last) break;
    if (hole.first > whole.first) {
      rest.push_back({whole.first, static_cast<T>(hole.first - 1)});
    }
    if (hole.last >= whole.last) return rest;
    whole.first = static_cast<T>(hole.last + 1);
  }
  rest.push_back(whole);
  return rest;
}

}  // namespace portcullis
