#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/daemon_process.h"
#include "tests/bench/latencies.h"
#include "tests/bench/once.h"
#include "tests/bench/pod_json.h"
#include "tests/bench/quantiles.h"
#include "tests/bench/server_stage.h"

// Pods that come and go: how long after a pod of this node has its address is it isolated. See
// latencies.h for the figures. Each pod is written three times: without an address, half a second
// later with it, and a minute later it is deleted; one policy in each of 100 namespaces isolates
// them. One of `share` pods is on this node.
//
// - 100 pods a second for half a minute: what perf-tests' NetworkPolicyEnforcement creates;
// - 300 pods a second for two minutes, and then 1,000 at once, 100 of them here: sandboxes of
//   agents; `burst_p99_ms` and `burst_most_ms` are those of the latter.
//
// The server is the tests' own: a real one does not take 900 writes a second beside the daemon on
// two processors.
namespace portcullis::bench::load_pods_bench {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t kNamespaces = 100;
constexpr std::size_t kLifetime = 60;  // seconds
constexpr std::size_t kBurst = 1'000;
constexpr std::size_t kBurstShare = 10;  // one of so many is on this node

std::string namespace_of(std::size_t pod) { return "boxes-" + std::to_string(pod % kNamespaces); }

Json policy(std::size_t i) {
  return {{"apiVersion", "networking.k8s.io/v1"},
          {"kind", "NetworkPolicy"},
          {"metadata", {{"name", "isolated"}, {"namespace", namespace_of(i)}}},
          {"spec",
           {{"podSelector", {{"matchLabels", {{"app", "box"}}}}},
            {"policyTypes", {"Ingress", "Egress"}},
            {"egress",
             {{{"to", {{{"ipBlock", {{"cidr", "198.51.100.0/24"}}}}}},
               {"ports", {{{"protocol", "TCP"}, {"port", 443}}}}}}}}}};
}

class Boxes {
 public:
  Boxes(ServerStage& stage, std::size_t share) : server_(stage.server()), share_(share) {
    for (std::size_t i = 0; i < kNamespaces; ++i) {
      server_.put(
          {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", namespace_of(i)}}}});
      server_.put(policy(i));
    }
  }

  bool is_local(std::size_t i) const { return i % share_ == 0; }

  void create(std::size_t i) {
    auto json = Json::parse(pod_json(pod(i)));
    json["status"] = {{"phase", "Pending"}};
    server_.put(json);
  }

  Write start(std::size_t i) {
    const auto json = Json::parse(pod_json(pod(i)));
    Write write{.address = address(i), .asked = Clock::now()};
    write.version = std::to_string(server_.put(json));
    write.answered = Clock::now();
    return write;
  }

  void erase(std::size_t i) {
    server_.erase(test::api::Resource::kPods, namespace_of(i), "box-" + std::to_string(i));
  }

 private:
  static Address address(std::size_t i) { return {Family::kIpv4, (10U << 24U) + i + 1}; }

  Pod pod(std::size_t i) const {
    Pod pod;
    pod.key = {namespace_of(i), "box-" + std::to_string(i)};
    pod.labels = Labels{{"app", "box"}};
    pod.node_name = is_local(i) ? "local" : "node-" + std::to_string(i % 97);
    pod.addresses = {address(i)};
    return pod;
  }

  test::api::Server& server_;
  const std::size_t share_;
};

// One step each 1 / rate s.
std::vector<Write> steady(Boxes& boxes, std::size_t rate, std::size_t count) {
  const std::size_t delay = rate / 2;
  const std::size_t life = rate * kLifetime;
  std::vector<Write> writes;
  const auto start = Clock::now();
  for (std::size_t step = 0; step < count + delay; ++step) {
    std::this_thread::sleep_until(start + step * std::chrono::microseconds(1'000'000 / rate));
    if (step < count) boxes.create(step);
    if (step >= life) boxes.erase(step - life);
    if (step < delay) continue;
    const auto write = boxes.start(step - delay);
    if (boxes.is_local(step - delay)) writes.push_back(write);
  }
  return writes;
}

void pods_at_a_rate(benchmark::State& state) {
  const auto rate = static_cast<std::size_t>(state.range(0));
  const auto count = rate * static_cast<std::size_t>(state.range(1));
  auto network = test::NetworkNamespace::create();
  if (!network) return state.SkipWithError(network.error().message.c_str());
  ServerStage stage(std::move(*network), 10'000);
  Boxes boxes(stage, static_cast<std::size_t>(state.range(2)));
  Commits commits(stage.network());
  DaemonProcess daemon(stage.network(), stage.kubeconfig());
  if (!daemon.becomes_ready(seconds(60))) return state.SkipWithError("the daemon is not ready");
  Arrivals arrivals(stage.api_setup(), "/api/v1/pods");
  for (auto _ : state) {
    const auto bytes_before = stage.server().bytes_sent();
    const auto cpu_before = daemon.cpu_time();
    const auto start = Clock::now();
    const auto writes = steady(boxes, rate, count);
    const std::chrono::duration<double> took = Clock::now() - start;
    Latencies latencies;
    for (const auto& write : writes) {
      if (!latencies.add(write, commits, arrivals)) return state.SkipWithError("a pod was lost");
    }
    latencies.tell(state);
    state.counters["pods_a_s"] = static_cast<double>(count) / took.count();
    state.counters["cpu_s"] = static_cast<double>((daemon.cpu_time() - cpu_before).count()) / 1e3;
    // Half of what was sent: the other half went to the watch that is the reference.
    state.counters["read_mb"] =
        static_cast<double>(stage.server().bytes_sent() - bytes_before) / 2e6;
    Boxes more(stage, kBurstShare);
    for (std::size_t i = count; i < count + kBurst; ++i) more.create(i);
    std::vector<Write> burst;
    for (std::size_t i = count; i < count + kBurst; ++i) {
      const auto write = more.start(i);
      if (more.is_local(i)) burst.push_back(write);
    }
    std::vector<double> late;
    for (const auto& write : burst) {
      const auto commit = commits.wait_for(write.address, write.asked, seconds(5));
      if (!commit) return state.SkipWithError("a pod of the burst was lost");
      late.push_back(std::chrono::duration<double, std::milli>(*commit - write.answered).count());
    }
    state.counters["burst_p99_ms"] = quantile(late, 0.99);
    state.counters["burst_most_ms"] = quantile(late, 1);
    state.counters["rss_mb"] = static_cast<double>(daemon.peak_memory_kb()) / 1024;
  }
}

BENCHMARK(pods_at_a_rate)
    ->ArgNames({"a_second", "seconds", "share"})
    ->Args({100, 30, 10})
    ->Args({300, 120, 100})
    ->Apply(once);

}  // namespace
}  // namespace portcullis::bench::load_pods_bench
