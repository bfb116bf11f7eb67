#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace portcullis::bench {

// The value that `part` of all values do not exceed; 0.5 is the median. 0 if there are none.
inline double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

}  // namespace portcullis::bench
