#include <benchmark/benchmark.h>

#include <mutex>
#include <thread>

#include "tests/bench/arrivals.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/quantiles.h"

// From a real API server's response to a write, to the daemon's commit to the kernel: the time is
// the median, `p99_ms` the 99th percentile. And `watch_ms`, `watch_p99_ms`, the reference in the
// same run: from the same response to the arrival of the event at a watch that only records the
// time.
namespace portcullis::bench::kube_latency_bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};
constexpr const char* kPodsPath = "/api/v1/pods";
constexpr const char* kPoliciesPath = "/apis/networking.k8s.io/v1/networkpolicies";

struct Write {
  Address address{};  // of the element that it changes
  Clock::time_point asked{};
  Clock::time_point answered{};
  std::string version{};  // empty: it was refused
};

Write patch(test::ApiClient& api, const std::string& path, const std::string& body,
            const std::string& type, const Address& address) {
  Write write{.address = address, .asked = Clock::now()};
  const auto answer = api.request("PATCH", path, body, type);
  write.answered = Clock::now();
  if (answer.status == 200) write.version = version_in(answer.body);
  return write;
}

// Out of the peers of rules, or back.
Write flip(test::ApiClient& api, const Pod& pod, bool back) {
  const auto label = back ? pod.labels->at("app") : "none";
  return patch(api, "/api/v1/namespaces/" + pod.key.ns + "/pods/" + pod.key.name,
               R"({"metadata":{"labels":{"app":")" + label + "\"}}}",
               "application/merge-patch+json", pod.addresses.front());
}

double milliseconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// The outcome of the writes.
class Latencies {
 public:
  // False if the kernel or the watch was not notified in time.
  bool add(const Write& write, KubeStage& stage, Arrivals& arrivals) {
    if (write.version.empty()) return false;
    const auto arrival = arrivals.wait_for(write.version, kPatience);
    const auto commit = stage.commits().wait_for(write.address, write.asked, kPatience);
    if (!arrival || !commit) return false;
    watch_.push_back(milliseconds_between(write.answered, *arrival));
    kernel_.push_back(milliseconds_between(write.answered, *commit));
    return true;
  }

  void tell(benchmark::State& state, std::chrono::milliseconds daemon_cpu_time) const {
    state.SetIterationTime(quantile(kernel_, 0.5) / 1e3);
    state.counters["p99_ms"] = quantile(kernel_, 0.99);
    state.counters["watch_ms"] = quantile(watch_, 0.5);
    state.counters["watch_p99_ms"] = quantile(watch_, 0.99);
    state.counters["writes"] = static_cast<double>(kernel_.size());
    state.counters["cpu_ms"] =
        static_cast<double>(daemon_cpu_time.count()) / static_cast<double>(kernel_.size());
  }

 private:
  std::vector<double> watch_;
  std::vector<double> kernel_;
};

// One write after another, each when the previous one is in the kernel and `pause` has passed.
void measure_one_by_one(benchmark::State& state, KubeStage& stage, const char* watched,
                        milliseconds pause, int count, const std::function<Write(int)>& write) {
  Arrivals arrivals(stage.server().api_setup(), watched);
  if (!Latencies().add(write(0), stage, arrivals)) return state.SkipWithError("no first event");
  const auto cpu_before = stage.daemon().cpu_time();
  Latencies latencies;
  for (int i = 1; i <= count; ++i) {
    std::this_thread::sleep_for(pause);
    if (!latencies.add(write(i), stage, arrivals)) return state.SkipWithError("an event was lost");
  }
  latencies.tell(state, stage.daemon().cpu_time() - cpu_before);
}

void pod_label_to_kernel(benchmark::State& state) {
  const auto stage =
      KubeStage::build(state, {static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                               static_cast<int>(state.range(2))});
  if (!stage || !stage->start_daemon(state)) return;
  const auto flipped = peers(stage->objects());
  for (auto _ : state) {
    measure_one_by_one(state, *stage, kPodsPath, milliseconds(10), 500, [&](int i) {
      return flip(stage->server().api(), *flipped.front(), i % 2 == 1);
    });
  }
}

// Another port: other chains, which replace those in use in one generation. That moment is
// measured.
void policy_to_kernel(benchmark::State& state) {
  const auto stage = KubeStage::build(state, {10, 10, 5});
  if (!stage || !stage->start_daemon(state)) return;
  const auto& pod = *stage->objects().pods().at({"team-0", "pod-0"});  // policy-0 is for it
  for (auto _ : state) {
    measure_one_by_one(state, *stage, kPoliciesPath, milliseconds(150), 200, [&](int i) {
      const auto port = std::to_string(9'000 + i);
      return patch(
          stage->server().api(),
          "/apis/networking.k8s.io/v1/namespaces/team-0/networkpolicies/policy-0",
          R"([{"op":"replace","path":"/spec/ingress/0/ports/0/port","value":)" + port + "}]",
          "application/json-patch+json", pod.addresses.front());
    });
  }
}

// As many per second as the argument says, for many pods in turn.
void pod_labels_at_a_rate(benchmark::State& state) {
  constexpr std::size_t kSeconds = 10;
  const auto stage = KubeStage::build(state, {2'000, 100, 110});
  if (!stage || !stage->start_daemon(state)) return;
  const auto flipped = peers(stage->objects());
  const auto rate = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    Arrivals arrivals(stage->server().api_setup(), kPodsPath);
    if (!Latencies().add(flip(stage->server().api(), *flipped.back(), false), *stage, arrivals)) {
      return state.SkipWithError("no first event");
    }
    std::vector<Write> writes(rate * kSeconds);
    const auto cpu_before = stage->daemon().cpu_time();
    const auto start = Clock::now();
    share_out(stage->server().api_setup(), 4, writes.size(), [&](auto& api, std::size_t i) {
      std::this_thread::sleep_until(start + i * std::chrono::microseconds(1'000'000 / rate));
      const std::size_t turn = i / (flipped.size() - 1);
      writes[i] = flip(api, *flipped[i % (flipped.size() - 1)], turn % 2 == 1);
    });
    const auto seconds = milliseconds_between(start, Clock::now()) / 1e3;
    Latencies latencies;
    std::size_t lost = 0;
    for (const auto& write : writes) lost += latencies.add(write, *stage, arrivals) ? 0 : 1;
    latencies.tell(state, stage->daemon().cpu_time() - cpu_before);
    state.counters["lost"] = static_cast<double>(lost);
    state.counters["rate"] = static_cast<double>(writes.size()) / seconds;
    state.counters["commits"] = static_cast<double>(stage->commits().count());
  }
}

void once(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(pod_label_to_kernel)
    ->ArgNames({"pods", "policies", "local"})
    ->Args({10, 10, 5})
    ->Args({2'000, 100, 110})
    ->Apply(once);
BENCHMARK(policy_to_kernel)->Apply(once);
BENCHMARK(pod_labels_at_a_rate)->ArgName("a_second")->Arg(200)->Apply(once);

}  // namespace
}  // namespace portcullis::bench::kube_latency_bench
