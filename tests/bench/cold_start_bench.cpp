#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "compiler/ruleset/steps.h"
#include "daemon/netlink/table/encode_batch.h"
#include "daemon/netlink/wire/socket.h"
#include "tests/bench/cluster.h"
#include "tests/bench/quantiles.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"

// A cold start: from all the objects of a cluster to rules in force, in an empty network namespace,
// as the daemon does it. Stage by stage, medians of some rounds: `compile_ms`, all events to the
// ruleset; `encode_ms`, the ruleset to netlink's bytes; `commit_ms`, those bytes to the kernel's
// answer, batch by batch. The time is all of it. Beside it, in the same rounds:
// - `raw_ms`: the same elements in the same sets, already bytes, in one batch: the bulk load that
//   the kernel can do;
// - `nft_ms`: nft(8) loads our own dump.
namespace portcullis::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 9;
constexpr int kLocal = 110;
constexpr std::size_t kMostInABatch = 20'000;  // elements, as the reconciler's

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void must(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "cannot %s\n", what);
  std::abort();
}

// The kernel's time for these deltas, already encoded, in an empty network namespace.
double load(const std::vector<Delta>& deltas, double* encoding = nullptr) {
  const auto network = std::move(test::NetworkNamespace::create().value());
  double milliseconds = 0;
  network.run([&] {
    auto socket = std::move(nl::Socket::open().value());
    const auto start = Clock::now();
    std::vector<nl::Batch> batches;
    for (const auto& delta : deltas) {
      batches.push_back(nl::encode(delta, socket.next_sequence()).value());
      socket.set_next_sequence(batches.back().end_sequence());
    }
    if (encoding != nullptr) *encoding = milliseconds_since(start);
    const auto encoded = Clock::now();
    for (const auto& batch : batches) {
      const auto answers = socket.exchange(batch.bytes(), batch.size());
      must(answers && std::ranges::all_of(*answers, [](auto& a) { return a.error == 0; }), "load");
    }
    milliseconds = milliseconds_since(encoded);
  });
  return milliseconds;
}

double load_by_nft(const std::string& file) {
  const auto network = std::move(test::NetworkNamespace::create().value());
  double milliseconds = 0;
  network.run([&] {
    const auto start = Clock::now();
    must(std::system(("nft -f " + file).c_str()) == 0, "run nft");
    milliseconds = milliseconds_since(start);
  });
  return milliseconds;
}

// Sets and maps with the content that needs no chain: verdicts are omitted.
Delta only_elements(const Ruleset& ruleset) {
  Ruleset sets;
  for (const auto& [name, set] : ruleset.sets) {
    if (!set.spec.verdict_map) sets.sets.emplace(name, set);
  }
  return diff({}, sets);
}

void cold_start(benchmark::State& state) {
  const auto events = events_of(
      cluster({static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), kLocal}));
  const test::TemporaryDirectory directory;
  const auto file = directory / "ruleset.nft";
  std::vector<double> compile;
  std::vector<double> encode;
  std::vector<double> commit;
  std::vector<double> raw;
  std::vector<double> nft;
  std::vector<double> all;
  for (auto _ : state) {
    for (int round = 0; round < kRounds; ++round) {
      const auto start = Clock::now();
      auto compiler = std::make_unique<IncrementalCompiler>("local");
      compiler->apply({.events = events});
      const auto ruleset = compiler->ruleset();
      compile.push_back(milliseconds_since(start));
      const auto compiled = Clock::now();
      auto todo = steps(diff({}, ruleset));
      auto deltas = in_batches(std::move(todo.prepare), kMostInABatch);
      deltas.push_back(std::move(todo.exchange));
      const double ordered = milliseconds_since(compiled);
      double encoding = 0;
      commit.push_back(load(deltas, &encoding));
      encode.push_back(ordered + encoding);
      all.push_back(compile.back() + encode.back() + commit.back());
      raw.push_back(load({only_elements(ruleset)}));
      if (round == 0) std::ofstream(file) << print_nft(ruleset);
      nft.push_back(load_by_nft(file));
      state.counters["elements"] = static_cast<double>(element_count(ruleset));
    }
    state.SetIterationTime(quantile(all, 0.5) / 1e3);
  }
  state.counters["compile_ms"] = quantile(compile, 0.5);
  state.counters["encode_ms"] = quantile(encode, 0.5);
  state.counters["commit_ms"] = quantile(commit, 0.5);
  state.counters["raw_ms"] = quantile(raw, 0.5);
  state.counters["commit_to_raw"] = quantile(commit, 0.5) / quantile(raw, 0.5);
  state.counters["nft_ms"] = quantile(nft, 0.5);
}

BENCHMARK(cold_start)
    ->ArgNames({"pods", "policies"})
    ->Args({10'000, 10'000})
    ->Args({100'000, 10'000})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
