#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/incremental/incremental_compiler.h"
#include "tests/support/model/cluster_builder.h"

// Pods of one namespace with a unique label, as a StatefulSet, a Job or Spark sets it (`own` 1: one
// of four labels), from the first event to the ruleset, in batches as a source reports them: the
// time, and the memory that the compiler then holds with all objects (`heap_mb`). Reference in the
// same run: as many pods with equal labels (`own` 0). `ratio` is the time relative to a quarter, a
// half or two fifths of the pods measured just before, and `pods_ratio` that of their numbers:
// where they are equal, the cost is linear. `gone_ms` is the time to remove them one by one.
namespace portcullis::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBatch = 500;
constexpr double kMegabyte = 1024.0 * 1024.0;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string address_of(int i) {
  return "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
         std::to_string(i % 256);
}

Event pod_event(int i, bool own) {
  const auto number = own ? std::to_string(i) : std::string("0");
  return test::pod("team/web-" + std::to_string(i), address_of(i))
      .on("node-" + std::to_string(i % 1000))
      .labels(
          "app=web,tier=back,controller-revision-hash=web-5d8c7f6b9,"
          "statefulset.kubernetes.io/pod-name=web-" +
          number);
}

std::vector<Event> policies() {
  return {test::ns("team"),
          test::policy("team/web", "app=web").ingress(test::from({test::pods("tier=back")})),
          test::policy("team/first", "app=web")
              .egress(test::to({test::pods("statefulset.kubernetes.io/pod-name=web-7")})),
          test::policy("team/all", "app=web")
              .egress(test::to({test::pods("statefulset.kubernetes.io/pod-name")}))};
}

std::size_t heap() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

Clock::duration tell(IncrementalCompiler& compiler, int pods, bool own, bool gone) {
  Clock::duration took{};
  for (int first = 0; first < pods; first += kBatch) {
    std::vector<Event> batch;
    for (int i = first; i < std::min(pods, first + kBatch); ++i) {
      batch.push_back(pod_event(i, own));
      if (gone) batch.back() = removal_of(batch.back());
    }
    const auto start = Clock::now();
    benchmark::DoNotOptimize(compiler.apply(batch));
    took += Clock::now() - start;
  }
  return took;
}

void pods_with_labels_of_their_own(benchmark::State& state) {
  static std::map<bool, std::pair<int, double>> last;
  const auto pods = static_cast<int>(state.range(0));
  const bool own = state.range(1) == 1;
  for (auto _ : state) {
    malloc_trim(0);
    const auto before = heap();
    auto compiler = std::make_unique<IncrementalCompiler>("node-1");
    compiler->apply(policies());
    const auto took = tell(*compiler, pods, own, false);
    state.SetIterationTime(milliseconds(took) / 1000);
    state.counters["heap_mb"] = static_cast<double>(heap() - before) / kMegabyte;
    const auto [fewer, less] = last[own];
    if (fewer > 0) {
      state.counters["ratio"] = milliseconds(took) / less;
      state.counters["pods_ratio"] = static_cast<double>(pods) / fewer;
    }
    last[own] = {pods, milliseconds(took)};
    state.counters["gone_ms"] = milliseconds(tell(*compiler, pods, own, true));
  }
}

BENCHMARK(pods_with_labels_of_their_own)
    ->ArgNames({"pods", "own"})
    ->ArgsProduct({{10'000, 20'000, 40'000, 100'000}, {0, 1}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
