#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>

#include "compiler/ruleset/diff.h"
#include "daemon/files/manifests.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/cluster.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"

// From a directory of manifests to rules in force, at 1,000 policies and 10,000 pods, of which 110
// are local, or all. What the kernel takes of it, and what it would take others, is measured with
// the cold start.
namespace portcullis::bench {
namespace {

ClusterSize size_of(const benchmark::State& state) {
  return {10'000, 1'000, static_cast<int>(state.range(0))};
}

void local_pods(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("local")->Arg(110)->Arg(10'000)->Unit(benchmark::kMillisecond);
}

ClusterState read(const std::filesystem::path& directory) {
  std::vector<ManifestFile> files;
  const auto paths = list_manifests(directory);
  for (const auto& path : paths.value()) {
    files.push_back(read_manifest(path).value());
  }
  ClusterState state;
  for (const auto& event : merge(files).objects) state.apply(event);
  return state;
}

using Clock = std::chrono::steady_clock;

// One iteration: `work` in a new network namespace; only `work` is measured.
void measure_in_new_namespace(benchmark::State& state,
                              const std::function<Result<void>(nl::Kernel&)>& work) {
  const auto netns = test::NetworkNamespace::create();
  if (!netns) return state.SkipWithError(netns.error().message.c_str());
  netns->run([&] {
    auto kernel = nl::Kernel::open();
    if (!kernel) return state.SkipWithError(kernel.error().message.c_str());
    const auto start = Clock::now();
    const auto done = work(*kernel);
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    if (!done) state.SkipWithError(done.error().message.c_str());
  });
}

void read_directory(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  write_manifests(size_of(state), directory.path());
  for (auto _ : state) benchmark::DoNotOptimize(read(directory.path()));
}

void compile_from_scratch(benchmark::State& state) {
  const auto objects = cluster(size_of(state));
  Ruleset ruleset;
  for (auto _ : state) ruleset = compile(objects, "local");
  state.counters["elements"] = static_cast<double>(element_count(ruleset));
  state.counters["chains"] = static_cast<double>(ruleset.chains.size());
}

void directory_to_kernel(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  write_manifests(size_of(state), directory.path());
  for (auto _ : state) {
    measure_in_new_namespace(state, [&](auto& kernel) {
      return kernel.commit(diff({}, compile(read(directory.path()), "local")));
    });
  }
}

BENCHMARK(read_directory)->Apply(local_pods);
BENCHMARK(compile_from_scratch)->Apply(local_pods);
BENCHMARK(directory_to_kernel)->Apply(local_pods)->UseManualTime();

}  // namespace
}  // namespace portcullis::bench
