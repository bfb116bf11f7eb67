#pragma once

#include <chrono>
#include <random>

namespace portcullis::k8s {

// The delay after the n-th failure in a row: exponential with full jitter, so that the nodes of a
// cluster do not all return at once. Not thread safe.
class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  struct Limits {
    Duration first{500};
    Duration longest{30000};
  };

  explicit Backoff(Limits limits) : limits_(limits), bound_(limits.first) {}

  // A delay between 0 and a bound that doubles with each call, plus what the server asked for.
  Duration next(Duration asked = Duration{0});

  Duration bound() const { return bound_; }

  void reset() { bound_ = limits_.first; }

 private:
  const Limits limits_;
  Duration bound_;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace portcullis::k8s
