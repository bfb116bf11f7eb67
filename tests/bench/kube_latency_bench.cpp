#include <benchmark/benchmark.h>

#include <mutex>
#include <thread>

#include "tests/bench/arrivals.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/latencies.h"
#include "tests/bench/once.h"

// From a real API server's response to a write, to the daemon's commit to the kernel: see
// latencies.h for the figures.
namespace portcullis::bench::kube_latency_bench {
namespace {

using std::chrono::milliseconds;

constexpr const char* kPodsPath = "/api/v1/pods";
constexpr const char* kPoliciesPath = "/apis/networking.k8s.io/v1/networkpolicies";

Write timed(const Pod& pod, const std::function<test::HttpAnswer()>& request) {
  Write write{.address = pod.addresses.front(), .asked = Clock::now()};
  const auto answer = request();
  write.answered = Clock::now();
  if (answer.status == 200) write.version = version_in(answer.body);
  return write;
}

// Out of the peers of rules, or back.
Write flip(test::ApiClient& api, const Pod& pod, bool back) {
  return timed(pod,
               [&] { return set_label(api, pod, "app", back ? pod.labels->at("app") : "none"); });
}

// The daemon's processor time for each write, since it had used `before`.
void tell_cpu(benchmark::State& state, const DaemonProcess& daemon, milliseconds before,
              std::size_t writes) {
  state.counters["cpu_ms"] =
      static_cast<double>((daemon.cpu_time() - before).count()) / static_cast<double>(writes);
}

// One write after another, each when the previous one is in the kernel and `pause` has passed.
void measure_one_by_one(benchmark::State& state, KubeStage& stage, const char* watched,
                        milliseconds pause, int count, const std::function<Write(int)>& write) {
  Arrivals arrivals(stage.server().api_setup(), watched);
  if (!Latencies().add(write(0), stage.commits(), arrivals))
    return state.SkipWithError("no first event");
  const auto cpu_before = stage.daemon().cpu_time();
  Latencies latencies;
  for (int i = 1; i <= count; ++i) {
    std::this_thread::sleep_for(pause);
    if (!latencies.add(write(i), stage.commits(), arrivals))
      return state.SkipWithError("an event was lost");
  }
  latencies.tell(state);
  tell_cpu(state, stage.daemon(), cpu_before, latencies.size());
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
      return timed(pod, [&] {
        return stage->server().api().request(
            "PATCH", "/apis/networking.k8s.io/v1/namespaces/team-0/networkpolicies/policy-0",
            R"([{"op":"replace","path":"/spec/ingress/0/ports/0/port","value":)" + port + "}]",
            "application/json-patch+json");
      });
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
    if (!Latencies().add(flip(stage->server().api(), *flipped.back(), false), stage->commits(),
                         arrivals)) {
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
    const std::chrono::duration<double> took = Clock::now() - start;
    Latencies latencies;
    std::size_t lost = 0;
    for (const auto& write : writes)
      lost += latencies.add(write, stage->commits(), arrivals) ? 0 : 1;
    latencies.tell(state);
    tell_cpu(state, stage->daemon(), cpu_before, latencies.size());
    state.counters["lost"] = static_cast<double>(lost);
    state.counters["rate"] = static_cast<double>(writes.size()) / took.count();
    state.counters["commits"] = static_cast<double>(stage->commits().count());
  }
}

BENCHMARK(pod_label_to_kernel)
    ->ArgNames({"pods", "policies", "local"})
    ->Args({10, 10, 5})
    ->Args({2'000, 100, 110})
    ->Args({10'000, 1'000, 110})
    ->Apply(once);
BENCHMARK(policy_to_kernel)->Apply(once);
BENCHMARK(pod_labels_at_a_rate)->ArgName("a_second")->Arg(200)->Apply(once);

}  // namespace
}  // namespace portcullis::bench::kube_latency_bench
