#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/node_runtime.h"
#include "tests/bench/once.h"
#include "tests/bench/quantiles.h"

// What the daemon adds to the start of a pod: from the runtime's event RunPodSandbox, sent when the
// pod has its interface and its addresses, to the daemon's answer, when the pod is isolated and
// bound.
namespace portcullis::bench::nri_bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::vector<double>;

constexpr int kStarts = 500;
constexpr int kBurst = 110;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The reference: what the kernel takes for the commit of such a pod, and nothing else.
class BareKernel {
 public:
  static std::optional<BareKernel> build(const ClusterState& objects) {
    auto network = test::NetworkNamespace::create();
    if (!network) return {};
    BareKernel bare;
    bare.compiler_ = std::make_unique<IncrementalCompiler>("local");
    bare.compiler_->apply({.events = events_of(objects)});
    network->run([&] {
      if (auto kernel = nl::Kernel::open()) bare.kernel_.emplace(std::move(*kernel));
    });
    if (!bare.kernel_ || !bare.kernel_->commit(diff({}, bare.compiler_->ruleset()))) return {};
    return bare;
  }

  // Of the pod's rules and its binding. Its end is committed too, but not measured.
  std::optional<double> commit(const Pod& pod) {
    auto delta = compiler_->set_ports({{1'000 + next_++, "veth", "", 1, pod.addresses}});
    if (!kernel_->commit(delta)) return {};
    delta = compiler_->apply({.events = {to_event(std::make_shared<const Pod>(pod))}});
    const auto start = Clock::now();
    const auto done = kernel_->commit(delta);
    const auto took = milliseconds_since(start);
    const auto end = compiler_->apply({.events = {PodEvent{pod.key, nullptr}}});
    if (!done || !kernel_->commit(end)) return {};
    return took;
  }

 private:
  std::unique_ptr<IncrementalCompiler> compiler_;
  std::optional<nl::Kernel> kernel_;
  int next_ = 0;
};

// Waits for the answer.
std::optional<double> answer_time(NodeRuntime& node, const std::string& event, const Pod& pod,
                                  bool host_network = false) {
  const auto start = Clock::now();
  node.send(event, pod, host_network);
  if (!node.is_answered()) return {};
  return milliseconds_since(start);
}

void tell(benchmark::State& state, const std::string& name, const Milliseconds& times) {
  state.counters[name + "_ms"] = quantile(times, 0.5);
  state.counters[name + "_p99_ms"] = quantile(times, 0.99);
}

// One pod after another, and each ends before the next. In the same turns, the references:
// `idle_ms`, the same way for a sandbox in the host's network, for which there is nothing to do;
// `commit_ms`, the bare commit of such a pod, by libmnl in a network namespace with the same rules.
void nri_start(benchmark::State& state) {
  const ClusterSize size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                         kBurst - 1};
  const auto node = NodeRuntime::build(state, size);
  if (!node) return;
  const auto objects = cluster(size);
  auto bare = BareKernel::build(objects);
  if (!bare) return state.SkipWithError("the reference cannot load its rules");
  for (const auto& [key, pod] : objects.pods()) {
    if (pod->node_name == "local" && !node->plug(*pod))
      return state.SkipWithError("cannot make a pod's interface");
  }
  Milliseconds starts;
  Milliseconds idle;
  Milliseconds commits;
  for (auto _ : state) {
    for (int i = 0; i < kStarts; ++i) {
      const auto pod = NodeRuntime::new_pod(i);
      if (!node->plug(pod)) return state.SkipWithError("cannot make a pod's interface");
      const auto start = answer_time(*node, "RunPodSandbox", pod);
      const auto none = answer_time(*node, "RunPodSandbox", pod, true);
      const auto commit = bare->commit(pod);
      for (const auto* event : {"StopPodSandbox", "RemovePodSandbox"}) {
        if (!answer_time(*node, event, pod)) return state.SkipWithError("no answer");
      }
      node->unplug(pod);
      if (!start || !none || !commit) return state.SkipWithError("no answer");
      starts.push_back(*start);
      idle.push_back(*none);
      commits.push_back(*commit);
    }
    state.SetIterationTime(quantile(starts, 0.5) / 1e3);
  }
  state.counters["p99_ms"] = quantile(starts, 0.99);
  state.counters["most_ms"] = quantile(starts, 1);
  tell(state, "idle", idle);
  tell(state, "commit", commits);
}

BENCHMARK(nri_start)
    ->ArgNames({"pods", "policies"})
    ->Args({10, 10})
    ->Args({10'000, 1'000})
    ->Apply(once);

// The daemon's processor time for one pod's interface that comes and goes, with its addresses,
// among as many as a node has: from the kernel's notifications to the commits.
void interface_of_a_pod(benchmark::State& state) {
  constexpr int kTurns = 200;
  const ClusterSize size{10'000, 1'000, kBurst};
  const auto node = NodeRuntime::build(state, size);
  if (!node) return;
  std::vector<Pod> pods;
  const auto objects = cluster(size);
  for (const auto& [key, pod] : objects.pods()) {
    if (pod->node_name == "local") pods.push_back(*pod);
  }
  const auto must_plug = [&](const Pod& pod) {
    if (!node->plug(pod)) state.SkipWithError("cannot make a pod's interface");
  };
  std::for_each(pods.begin(), pods.end() - 1, must_plug);
  for (auto _ : state) {
    const auto before = node->daemon().cpu_time();
    for (int i = 0; i < kTurns; ++i) {
      must_plug(pods.back());
      node->unplug(pods.back());
    }
    const std::chrono::duration<double> used = node->daemon().cpu_time() - before;
    state.SetIterationTime(used.count() / (2 * kTurns));
  }
}

BENCHMARK(interface_of_a_pod)->Apply(once);

bool is_protected(const std::string& dump, const Pod& pod) {
  return std::ranges::all_of(pod.addresses, [&](const Address& address) {
    const auto text = to_string(address);
    return dump.find(text + " : jump ") != dump.npos && dump.find("\" . " + text) != dump.npos;
  });
}

// As many at once as a node has, on one that had none: their interfaces, addresses and events are
// all new to the daemon. `serial`: each event comes once the previous one is answered, as
// containerd's do; otherwise all come at once.
void nri_burst(benchmark::State& state) {
  const auto node = NodeRuntime::build(
      state, {static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), 0});
  if (!node) return;
  const bool serial = state.range(2) != 0;
  Milliseconds all;
  for (auto _ : state) {
    node->daemon().signal(SIGSTOP);
    std::vector<Pod> pods;
    for (int i = 0; i < kBurst; ++i) {
      pods.push_back(NodeRuntime::new_pod(i));
      if (!node->plug(pods.back())) return state.SkipWithError("cannot make a pod's interface");
    }
    node->daemon().signal(SIGCONT);
    const auto start = Clock::now();
    for (const auto& pod : pods) {
      node->send("RunPodSandbox", pod);
      if (serial && !node->is_answered()) return state.SkipWithError("no answer");
    }
    for (int i = 0; i < kBurst && !serial; ++i) {
      if (!node->is_answered()) return state.SkipWithError("no answer");
    }
    all.push_back(milliseconds_since(start));
    const auto dump = node->dump();
    for (const auto& pod : pods) {
      if (!is_protected(dump, pod)) return state.SkipWithError("a pod started unprotected");
    }
  }
  state.SetIterationTime(quantile(all, 0.5) / 1e3);
}

BENCHMARK(nri_burst)
    ->ArgNames({"pods", "policies", "serial"})
    ->Args({10'000, 1'000, 1})
    ->Args({10'000, 1'000, 0})
    ->Apply(once);

}  // namespace
}  // namespace portcullis::bench::nri_bench
