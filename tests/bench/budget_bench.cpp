#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "k8s-client/decode/decode.h"
#include "k8s-client/document/json.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/costly_policies.h"

// The cost of one policy of a malicious tenant, from its JSON to what is to be committed, on a node
// with a pod that it selects, in a cluster of 1,000 pods with unique labels. Beside the time,
// `peak_mb`: the maximum growth of resident memory.
namespace portcullis::bench {
namespace {

constexpr int kPods = 1'000;

// Starts a new peak of resident memory (proc(5), clear_refs).
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double megabytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stod(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

void add_cluster(IncrementalCompiler& compiler) {
  std::vector<Event> events = {test::ns("shop"), test::ns("bank")};
  for (int i = 0; i < kPods; ++i) {
    const auto number = std::to_string(i);
    events.push_back(test::pod((i % 2 == 0 ? "shop/" : "bank/") + number,
                               "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256))
                         .labels("a=" + number)
                         .on(i == 0 ? "local" : "other"));
  }
  compiler.apply({.events = events});
}

void costly_policy(benchmark::State& state, const std::string& json) {
  double peak = 0;
  for (auto _ : state) {
    state.PauseTiming();
    IncrementalCompiler compiler("local");
    add_cluster(compiler);
    forget_peak();
    const auto before = megabytes("VmRSS:");
    state.ResumeTiming();
    const auto documents = k8s::parse_json(json);
    if (!documents) return state.SkipWithError("no JSON");
    const auto decoded = k8s::decode(documents->front(), "", k8s::UnknownFields::kTolerate);
    std::vector<Event> events;
    for (const auto& object : decoded.objects) events.push_back(object);
    benchmark::DoNotOptimize(compiler.apply({.events = events}));
    state.PauseTiming();
    peak = std::max(peak, megabytes("VmHWM:") - before);
    state.ResumeTiming();
  }
  state.counters["peak_mb"] = peak;
}

const bool kRegistered = [] {
  for (const auto& policies : {test::largest_policies(), test::largest_within_budget()}) {
    for (const auto& policy : policies) {
      benchmark::RegisterBenchmark(("costly_policy/" + policy.name).c_str(), costly_policy,
                                   policy.json)
          ->Iterations(3)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace portcullis::bench
