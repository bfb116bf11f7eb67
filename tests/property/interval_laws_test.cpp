#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bitset>
#include <cstdint>

#include "compiler/base/interval.h"
#include "compiler/policy/port_set.h"

namespace portcullis::test {
namespace {

using Byte = std::uint8_t;
using Bytes = std::bitset<256>;

std::vector<Interval<Byte>> intervals() {
  const auto pairs = *rc::gen::arbitrary<std::vector<std::pair<Byte, Byte>>>();
  std::vector<Interval<Byte>> intervals;
  for (const auto& [a, b] : pairs) intervals.push_back({std::min(a, b), std::max(a, b)});
  return intervals;
}

Bytes values(const std::vector<Interval<Byte>>& intervals) {
  Bytes values;
  for (const auto& interval : intervals) {
    for (int i = interval.first; i <= interval.last; ++i) values.set(static_cast<std::size_t>(i));
  }
  return values;
}

void assert_canonical(const std::vector<Interval<Byte>>& intervals) {
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    RC_ASSERT(intervals[i].first <= intervals[i].last);
    if (i != 0) RC_ASSERT(intervals[i - 1].last + 1 < intervals[i].first);
  }
}

RC_GTEST_PROP(IntervalLaws, MergeKeepsTheValuesAndIsCanonical, ()) {
  const auto before = intervals();
  const auto merged = merge(before);
  assert_canonical(merged);
  RC_ASSERT(values(merged) == values(before));
}

RC_GTEST_PROP(IntervalLaws, SubtractLeavesWhatIsInNoHole, ()) {
  const auto ends = *rc::gen::arbitrary<std::pair<Byte, Byte>>();
  const Interval<Byte> whole{std::min(ends.first, ends.second), std::max(ends.first, ends.second)};
  const auto holes = intervals();
  const auto rest = subtract(whole, holes);
  assert_canonical(rest);
  RC_ASSERT(values(rest) == (values({whole}) & ~values(holes)));
}

RC_GTEST_PROP(IntervalLaws, PartitionPutsEachPortInTheClassOfItsSets, ()) {
  const auto taken = [] {
    PortSet set;
    if (*rc::gen::arbitrary<bool>()) {
      for (const auto& [first, last] : merge(intervals())) set.push_back({first, last});
    }
    return set;
  }();
  std::vector<PortSet> sets;
  std::vector<WeightedPorts> weighted;
  for (int count = *rc::gen::inRange(0, 5); count > 0; --count) {
    PortSet set;
    for (const auto& [first, last] : merge(intervals())) set.push_back({first, last});
    weighted.push_back({set, 1});
    sets.push_back(std::move(set));
  }
  const auto has = [](const PortSet& set, std::uint32_t port) {
    return std::ranges::any_of(
        set, [&](auto& range) { return range.first <= port && port <= range.last; });
  };
  const auto classes = *partition(taken, weighted, {1'000, 1'000});
  for (const auto& each : classes) RC_ASSERT(merge(each.ports) == each.ports);
  for (std::uint32_t port = 0; port < 256; ++port) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < sets.size(); ++i) {
      if (has(sets[i], port)) members.push_back(i);
    }
    const bool is_taken = has(taken, port);
    if (is_taken) members.clear();
    std::vector<std::vector<std::size_t>> found;
    for (const auto& each : classes) {
      if (has(each.ports, port)) found.push_back(each.members);
    }
    const bool in_none = members.empty() && !is_taken;
    RC_ASSERT(found == (in_none ? decltype(found)() : decltype(found){members}));
  }
}

}  // namespace
}  // namespace portcullis::test
