#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "compiler/compile.h"
#include "compiler/diff.h"
#include "compiler/print.h"
#include "daemon/netlink/kernel.h"
#include "daemon/source/manifests.h"
#include "tests/bench/cluster.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/temporary_directory.h"

// From a directory of manifests to rules in force, stage by stage, at 1,000 policies and 10,000
// pods, and beside it in the same run what the kernel alone takes for as many elements, and what
// nft(8) takes to load the same ruleset. Each case has 110 local pods, or all of them.
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
  for (const auto& event : merge(files).events) state.apply(event);
  return state;
}

std::size_t element_count(const Ruleset& ruleset) {
  std::size_t count = 0;
  for (const auto& [name, set] : ruleset.sets) count += set.elements.size();
  return count;
}

using Clock = std::chrono::steady_clock;

// One iteration: `work` in a network namespace of its own; only `work` is measured.
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

void commit_ruleset(benchmark::State& state) {
  const auto transaction = diff({}, compile(cluster(size_of(state)), "local"));
  for (auto _ : state) {
    measure_in_new_namespace(state, [&](auto& kernel) { return kernel.commit(transaction); });
  }
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

// Reference: as many elements in one set of addresses, and nothing else.
void raw_bulk_load(benchmark::State& state) {
  const auto count = element_count(compile(cluster(size_of(state)), "local"));
  Ruleset raw;
  Set set{{"raw", {FieldType::kIpv4Addr}, false, false, ""}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    set.elements.push_back({ElementKey().append(Address{Family::kIpv4, 0x0a000000 + i}), {}, {}});
  }
  raw.sets.emplace("raw", std::move(set));
  const auto transaction = diff({}, raw);
  for (auto _ : state) {
    measure_in_new_namespace(state, [&](auto& kernel) { return kernel.commit(transaction); });
  }
}

// Reference: `nft -f` of our own dump.
void nft_load(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "ruleset.nft";
  std::ofstream(file) << print_nft(compile(cluster(size_of(state)), "local"));
  const auto command = "nft -f " + file.string();
  for (auto _ : state) {
    measure_in_new_namespace(state, [&](auto&) -> Result<void> {
      if (std::system(command.c_str()) == 0) return {};
      return failure(ErrorCode::kIo, "nft failed");
    });
  }
}

BENCHMARK(read_directory)->Apply(local_pods);
BENCHMARK(compile_from_scratch)->Apply(local_pods);
BENCHMARK(commit_ruleset)->Apply(local_pods)->UseManualTime();
BENCHMARK(raw_bulk_load)->Apply(local_pods)->UseManualTime();
BENCHMARK(nft_load)->Apply(local_pods)->UseManualTime();
BENCHMARK(directory_to_kernel)->Apply(local_pods)->UseManualTime();

}  // namespace
}  // namespace portcullis::bench
