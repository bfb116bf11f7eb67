#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "tests/bench/arrivals.h"
#include "tests/bench/commits.h"

namespace portcullis::bench {

// A write to an API server that changes what the kernel has for an address.
struct Write {
  Address address{};
  Clock::time_point asked{};
  Clock::time_point answered{};
  std::string version{};  // resourceVersion; empty: it was refused
};

// How long writes took to be in force.
class Latencies {
 public:
  // Waits for it. False if the kernel or the watch was not notified in time.
  bool add(const Write& write, Commits& commits, Arrivals& arrivals);

  // From the response to the commit: the time is the median, then `p90_ms`, `p99_ms`, `most_ms`.
  // `watch_ms` and `watch_p99_ms` are the reference: from the response to the arrival of the event.
  void tell(benchmark::State& state) const;

  double kernel(double part) const;  // a quantile of the same, in milliseconds

  std::size_t size() const { return kernel_.size(); }

 private:
  std::vector<double> watch_;
  std::vector<double> kernel_;
};

}  // namespace portcullis::bench
