#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "daemon/enforce/reconciler.h"
#include "tests/bench/cluster.h"
#include "tests/bench/once.h"
#include "tests/bench/quantiles.h"
#include "tests/support/model/deltas.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/loop_thread.h"

// How long a foreign change of a shared table is in force: from the kernel's answer to it until its
// answer to the repair, on a node with 110 of 10,000 pods, under 1,000 policies. The time is the
// median.
namespace portcullis::bench::repair_bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr ClusterSize kSize{10'000, 1'000, 110};
constexpr int kRepairs = 100;
constexpr std::chrono::seconds kPatience{30};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

nl::Kernel open_kernel(const test::NetworkNamespace& network) {
  std::optional<nl::Kernel> kernel;
  network.run([&] { kernel.emplace(std::move(nl::Kernel::open().value())); });
  return std::move(*kernel);
}

// The daemon's compiler and reconciler on a separate thread, and a foreign process.
class Stage {
 public:
  Stage() {
    network_.run([&] {
      if (const auto done = reconciler_.listen(); !done) give_up(done.error().message);
    });
    reconciler_.want(compiler_.apply({.events = events_of(cluster(kSize))}));
    loop_.emplace(io_);
    wait_for(Clock::time_point::min());
  }

  ~Stage() { loop_.reset(); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Ruleset held() { return somebody_.dump().value().ruleset; }

  // Commits it as a foreign process, and returns for how long it was in force, in milliseconds.
  double repair(const Delta& change) {
    const auto before = Clock::now();
    if (const auto done = somebody_.commit(change); !done) give_up(done.error().message);
    const auto changed = Clock::now();
    const auto repaired = wait_for(before);
    return std::chrono::duration<double, std::milli>(repaired - changed).count();
  }

 private:
  void note(const Attempt& attempt) {
    if (attempt.error) give_up(attempt.error->message);
    if (attempt.committed.empty()) return;
    const std::lock_guard lock(mutex_);
    committed_ = Clock::now();
    news_.notify_all();
  }

  Clock::time_point wait_for(Clock::time_point since) {
    std::unique_lock lock(mutex_);
    const auto later = [&] { return committed_ && *committed_ > since; };
    if (!news_.wait_for(lock, kPatience, later)) give_up("nobody repaired it");
    return *std::exchange(committed_, std::nullopt);
  }

  test::NetworkNamespace network_ = std::move(test::NetworkNamespace::create().value());
  nl::Kernel somebody_ = open_kernel(network_);
  boost::asio::io_context io_;
  IncrementalCompiler compiler_{"local"};
  Reconciler reconciler_{io_,
                         open_kernel(network_),
                         {},
                         [this] { return compiler_.ruleset(); },
                         [this](const Attempt& attempt) { note(attempt); }};
  std::mutex mutex_;  // of these two
  std::condition_variable news_;
  std::optional<Clock::time_point> committed_;
  std::optional<test::LoopThread> loop_;
};

void measure(benchmark::State& state, const std::function<Delta(const Ruleset&)>& change) {
  Stage stage;
  const auto held = stage.held();
  std::vector<double> times;
  for (auto _ : state) {
    for (int i = 0; i < kRepairs; ++i) times.push_back(stage.repair(change(held)));
    state.SetIterationTime(quantile(times, 0.5) / 1e3);
  }
  state.counters["elements"] = static_cast<double>(element_count(held));
  state.counters["p99_ms"] = quantile(times, 0.99);
  state.counters["worst_ms"] = quantile(times, 1);
}

const Set& largest_set(const Ruleset& ruleset) {
  const auto size = [](const auto& entry) { return entry.second.elements.size(); };
  return std::ranges::max_element(ruleset.sets, {}, size)->second;
}

void element_is_deleted(benchmark::State& state) {
  measure(state, [](const Ruleset& held) {
    const auto& set = largest_set(held);
    return test::without_elements(set.spec, {set.elements.front()});
  });
}

void every_chain_is_flushed(benchmark::State& state) {
  measure(state, [](const Ruleset& held) {
    Delta flush;
    for (const auto& [name, chain] : held.chains) flush.rules[name] = {};
    return flush;
  });
}

void table_is_deleted(benchmark::State& state) {
  measure(state, [](const Ruleset&) { return test::to_table(TableChange::kDelete); });
}

BENCHMARK(element_is_deleted)->Apply(once);
BENCHMARK(every_chain_is_flushed)->Apply(once);
BENCHMARK(table_is_deleted)->Apply(once);

}  // namespace
}  // namespace portcullis::bench::repair_bench
