#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "tests/support/model/cluster_builder.h"

// Pods of one namespace with unique labels, as from a StatefulSet, a Job or Spark (`own` 1: one of
// four labels, 3: three of six), from the first event to the ruleset, in batches as from a source:
// the time, and the memory that the compiler then holds with all objects (`heap_mb`). Reference in
// the same run: as many pods with equal labels (`own` 0). `ratio` is the time relative to the
// previous, smaller number of pods, and `pods_ratio` the ratio of these numbers: if both are about
// equal, the cost is linear. `gone_ms` is the time to remove the pods one by one.
//
// With all these pods: `change_us`, one label of one pod changes; `named_us` and `new_us`, a policy
// is added for one pod of this node, with a peer label that a policy in force already names, and
// with one that none names; `many_ms`, one policy with 1,000 new labels, each in a separate set.
namespace portcullis::bench::own_labels_bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBatch = 500;
constexpr int kRepetitions = 50;
constexpr double kMegabyte = 1024.0 * 1024.0;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string address_of(int i) {
  return "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
         std::to_string(i % 256);
}

std::string labels_of(int i, int own) {
  const auto number = std::to_string(own > 0 ? i : 0);
  std::string labels = "app=web,tier=back,controller-revision-hash=web-5d8c7f6b9,";
  labels += "statefulset.kubernetes.io/pod-name=web-" + number;
  if (own < 3) return labels;
  return labels + ",apps.kubernetes.io/pod-index=" + number + ",spark-exec-id=exec-" + number;
}

test::PodBuilder pod_of(int i, int own) {
  return test::pod("team/web-" + std::to_string(i), address_of(i))
      .on("node-" + std::to_string(i % 1000))
      .labels(labels_of(i, own));
}

std::string number_label(int i) {
  return "statefulset.kubernetes.io/pod-name=web-" + std::to_string(i);
}

std::vector<Event> policies() {
  return {test::ns("team"),
          test::policy("team/web", "app=web").ingress(test::from({test::pods("tier=back")})),
          test::policy("team/first", "app=web")
              .ingress(test::from({test::pods(number_label(7))}).tcp(443)),
          test::policy("team/all", "app=web")
              .egress(test::to({test::pods("statefulset.kubernetes.io/pod-name")}))};
}

std::size_t heap() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

Clock::duration time_of(IncrementalCompiler& compiler, const std::vector<Event>& events) {
  const auto start = Clock::now();
  benchmark::DoNotOptimize(compiler.apply({.events = events}));
  return Clock::now() - start;
}

Clock::duration tell(IncrementalCompiler& compiler, int pods, int own, bool gone) {
  Clock::duration took{};
  for (int first = 0; first < pods; first += kBatch) {
    std::vector<Event> batch;
    for (int i = first; i < std::min(pods, first + kBatch); ++i) {
      batch.push_back(pod_of(i, own));
      if (gone) batch.back() = removal_of(batch.back());
    }
    took += time_of(compiler, batch);
  }
  return took;
}

// Of the pods of this node, the first.
constexpr const char* kSubject = "statefulset.kubernetes.io/pod-name=web-1";

// The mean of policies that come and go, each with other peers.
double microseconds_of_a_policy(IncrementalCompiler& compiler, bool is_new) {
  Clock::duration took{};
  for (int i = 0; i < kRepetitions; ++i) {
    const auto peers = number_label(is_new ? 100 + i : 7);
    const Event event =
        test::policy("team/more", kSubject).ingress(test::from({test::pods(peers)}).tcp(80));
    took += time_of(compiler, {event});
    compiler.apply({.events = {removal_of(event)}});
  }
  return milliseconds(took) * 1000 / kRepetitions;
}

double milliseconds_of_many_labels(IncrementalCompiler& compiler) {
  std::vector<PolicyRule> rules;
  for (std::uint16_t i = 0; i < 1000; ++i) {
    const auto port = static_cast<std::uint16_t>(1 + 2 * i);
    rules.push_back(test::from({test::pods(number_label(1000 + i))}).tcp(port));
  }
  const Event event = test::policy("team/many", kSubject).ingress(std::move(rules));
  const auto took = time_of(compiler, {event});
  compiler.apply({.events = {removal_of(event)}});
  return milliseconds(took);
}

double microseconds_of_a_change(IncrementalCompiler& compiler, int own) {
  Clock::duration took{};
  for (int i = 0; i < kRepetitions; ++i) {
    const auto labels = labels_of(i, own);
    took += time_of(compiler, {pod_of(i, own).labels(labels + ",phase=two")});
    compiler.apply({.events = {pod_of(i, own)}});
  }
  return milliseconds(took) * 1000 / kRepetitions;
}

void pods_with_labels_of_their_own(benchmark::State& state) {
  static std::map<int, std::pair<int, double>> last;
  const auto pods = static_cast<int>(state.range(0));
  const auto own = static_cast<int>(state.range(1));
  for (auto _ : state) {
    malloc_trim(0);
    const auto before = heap();
    auto compiler = std::make_unique<IncrementalCompiler>("node-1");
    compiler->apply({.events = policies()});
    const auto took = tell(*compiler, pods, own, false);
    state.SetIterationTime(milliseconds(took) / 1000);
    state.counters["heap_mb"] = static_cast<double>(heap() - before) / kMegabyte;
    const auto [fewer, less] = last[own];
    if (fewer > 0) {
      state.counters["ratio"] = milliseconds(took) / less;
      state.counters["pods_ratio"] = static_cast<double>(pods) / fewer;
    }
    last[own] = {pods, milliseconds(took)};
    state.counters["change_us"] = microseconds_of_a_change(*compiler, own);
    state.counters["named_us"] = microseconds_of_a_policy(*compiler, false);
    state.counters["new_us"] = microseconds_of_a_policy(*compiler, true);
    state.counters["many_ms"] = milliseconds_of_many_labels(*compiler);
    state.counters["gone_ms"] = milliseconds(tell(*compiler, pods, own, true));
  }
}

BENCHMARK(pods_with_labels_of_their_own)
    ->ArgNames({"pods", "own"})
    ->ArgsProduct({{10'000, 20'000, 40'000, 100'000}, {0, 1, 3}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench::own_labels_bench
