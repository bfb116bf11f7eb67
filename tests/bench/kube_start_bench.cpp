#include <benchmark/benchmark.h>

#include <thread>

#include "tests/bench/arrivals.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/once.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/quantiles.h"

// A daemon with a real API server, in a large cluster; medians of some rounds:
// - the time, from the start of its process with no rules, to the last commit of all of them;
// - `restart_ms`, the same over its own rules, to the commit of the label that changed meanwhile;
// - `cpu_ms`, of its processor time for 1,000 label changes, 100 a second.
// The references are `lists_ms`: curl fetches the same three lists, one after another, and reads
// nothing of them; and `curl_cpu_ms`: its processor time for receiving the same changes, likewise.
namespace portcullis::bench::kube_start_bench {
namespace {

constexpr int kRounds = 5;
constexpr std::chrono::seconds kPatience{30};

double milliseconds_since(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double, std::milli>(end - start).count();
}

// Out of the peers of rules in one round, and back in the next. False: it was refused.
bool flip(test::ApiClient& api, const Pod& pod, bool out) {
  const auto answer = set_label(api, pod, "app", out ? "none" : pod.labels->at("app"));
  if (answer.status == 200) return true;
  std::fprintf(stderr, "%d: %s\n", answer.status, answer.body.c_str());
  return false;
}

test::ChildSetup curl(KubeStage& stage, const std::string& type,
                      const std::vector<std::string>& paths) {
  const auto setup = stage.server().api_setup();
  const auto server = "https://" + setup.address + ":" + std::to_string(setup.port);
  test::ChildSetup curl{{"curl", "--silent", "--fail", "--no-buffer", "--noproxy", "*", "--header",
                         "Accept: " + type, "--header", "Accept-Encoding: gzip", "--cacert",
                         setup.ca_file, "--header", "Authorization: Bearer " + setup.token},
                        {},
                        &stage.network(),
                        ""};
  for (const auto& path : paths) {
    curl.arguments.insert(curl.arguments.end(), {"--output", "/dev/null", server + path});
  }
  return curl;
}

// Negative: it failed.
double fetch_lists(KubeStage& stage) {
  const auto setup =
      curl(stage, "application/vnd.kubernetes.protobuf",
           {"/api/v1/pods", "/api/v1/namespaces", "/apis/networking.k8s.io/v1/networkpolicies"});
  const auto start = Clock::now();
  const auto done = test::run_to_end(setup);
  return done.code == 0 ? milliseconds_since(start, Clock::now()) : -1;
}

// False: a change was refused or lost.
bool change_labels(benchmark::State& state, KubeStage& stage, const std::vector<const Pod*>& pods) {
  constexpr std::size_t kChanges = 1'000;
  const test::ChildProcess watcher(
      curl(stage, "application/vnd.kubernetes.protobuf;stream=watch",
           {"/api/v1/pods?watch=1&resourceVersion=" +
            version_in(stage.server().api().get("/api/v1/pods?limit=1").body)}));
  const auto before = stage.daemon().cpu_time();
  const auto start = Clock::now();
  bool done = true;
  for (std::size_t i = 0; i < kChanges; ++i) {
    std::this_thread::sleep_until(start + i * std::chrono::milliseconds(10));
    done &= flip(stage.server().api(), *pods[i % pods.size()], i / pods.size() % 2 == 0);
  }
  const auto last = (kChanges - 1) % pods.size();
  done &= stage.commits().wait_for(pods[last]->addresses.front(), start, kPatience).has_value();
  state.counters["cpu_ms"] = static_cast<double>((stage.daemon().cpu_time() - before).count());
  state.counters["curl_cpu_ms"] = static_cast<double>(cpu_time(watcher.pid()).count());
  return done;
}

void start_in_a_cluster(benchmark::State& state) {
  const auto stage = KubeStage::build(
      state, {static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), 30},
      state.range(2) == 0 ? PodSize::kCommon : PodSize::kSmall);
  if (!stage) return;
  const auto flipped = peers(stage->objects());
  const auto& pod = *flipped.front();
  for (auto _ : state) {
    std::vector<double> lists;
    std::vector<double> starts;
    std::vector<double> restarts;
    for (int round = 0; round < kRounds; ++round) {
      lists.push_back(fetch_lists(*stage));
      const auto start = Clock::now();
      if (!stage->start_daemon(state)) return;
      starts.push_back(milliseconds_since(start, stage->commits().last()));
      stage->daemon().stop();
      const auto again = Clock::now();
      if (!flip(stage->server().api(), pod, round % 2 == 0))
        return state.SkipWithError("a change was refused");
      const auto restart = Clock::now();
      stage->daemon().start();
      const auto commit = stage->commits().wait_for(pod.addresses.front(), again, kPatience);
      if (!commit) return state.SkipWithError("a change was lost");
      restarts.push_back(milliseconds_since(restart, *commit));
      if (round + 1 < kRounds && !stage->remove_daemon()) {
        return state.SkipWithError("rules are left");
      }
    }
    if (quantile(lists, 0) < 0) return state.SkipWithError("a list failed");
    state.SetIterationTime(quantile(starts, 0.5) / 1e3);
    state.counters["restart_ms"] = quantile(restarts, 0.5);
    state.counters["lists_ms"] = quantile(lists, 0.5);
    if (!change_labels(state, *stage, flipped)) return state.SkipWithError("a change was lost");
  }
}

BENCHMARK(start_in_a_cluster)
    ->ArgNames({"pods", "policies", "small"})
    ->Args({1'000, 100, 0})
    ->Args({10'000, 1'000, 0})
    ->Args({10'000, 1'000, 1})
    ->Apply(once);

}  // namespace
}  // namespace portcullis::bench::kube_start_bench
