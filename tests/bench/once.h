#pragma once

#include <benchmark/benchmark.h>

namespace portcullis::bench {

// For Apply(): one run, which sets its own time.
inline void once(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}  // namespace portcullis::bench
