#include "tests/bench/latencies.h"

#include "tests/bench/quantiles.h"

namespace portcullis::bench {
namespace {

constexpr std::chrono::milliseconds kLongestWait{5'000};

double milliseconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

bool Latencies::add(const Write& write, Commits& commits, Arrivals& arrivals) {
  if (write.version.empty()) return false;
  const auto arrival = arrivals.wait_for(write.version, kLongestWait);
  const auto commit = commits.wait_for(write.address, write.asked, kLongestWait);
  if (!arrival || !commit) return false;
  watch_.push_back(milliseconds_between(write.answered, *arrival));
  kernel_.push_back(milliseconds_between(write.answered, *commit));
  return true;
}

double Latencies::kernel(double part) const { return quantile(kernel_, part); }

void Latencies::tell(benchmark::State& state) const {
  state.SetIterationTime(kernel(0.5) / 1e3);
  state.counters["p90_ms"] = kernel(0.9);
  state.counters["p99_ms"] = kernel(0.99);
  state.counters["most_ms"] = kernel(1);
  state.counters["watch_ms"] = quantile(watch_, 0.5);
  state.counters["watch_p99_ms"] = quantile(watch_, 0.99);
  state.counters["writes"] = static_cast<double>(kernel_.size());
}

}  // namespace portcullis::bench
