#include <benchmark/benchmark.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/daemon_process.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/latencies.h"
#include "tests/bench/once.h"
#include "tests/bench/pod_json.h"
#include "tests/bench/server_stage.h"

// Policies that come, in the loads that others publish; each policy that is measured changes what a
// pod of this node is allowed. See latencies.h for the figures; `cpu_s` is the daemon's processor
// time meanwhile.
namespace portcullis::bench::load_policies_bench {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{120};

Json policy(const std::string& ns, const std::string& name, const Json& spec) {
  return {{"apiVersion", "networking.k8s.io/v1"},
          {"kind", "NetworkPolicy"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"spec", spec}};
}

Json labelled(const std::string& key, const std::string& value) {
  return {{"matchLabels", {{key, value}}}};
}

Json one_of(const std::string& key, const Json& values) {
  return {{"matchExpressions", {{{"key", key}, {"operator", "In"}, {"values", values}}}}};
}

Json namespace_json(const std::string& name) {
  return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
}

Address address(std::size_t i) { return {Family::kIpv4, (10U << 24U) + i + 1}; }

Pod pod(const std::string& ns, std::size_t i, Labels labels, const std::string& node) {
  Pod pod;
  pod.key = {ns, "pod-" + std::to_string(i)};
  pod.labels = std::move(labels);
  pod.node_name = node;
  pod.addresses = {address(i)};
  return pod;
}

void tell_cost(benchmark::State& state, const DaemonProcess& daemon,
               std::chrono::milliseconds cpu_before) {
  state.counters["cpu_s"] = static_cast<double>((daemon.cpu_time() - cpu_before).count()) / 1e3;
  state.counters["rss_mb"] = static_cast<double>(daemon.memory_kb()) / 1024;
  state.counters["peak_mb"] = static_cast<double>(daemon.peak_memory_kb()) / 1024;
}

// Objects of a real API server, created by some clients at once.
class Creator {
 public:
  explicit Creator(KubeStage& stage) : stage_(stage) {}

  void add(const std::string& path, Json object) { wanted_.push_back({path, std::move(object)}); }

  void add(const Pod& pod) {
    const auto pods = "/api/v1/namespaces/" + pod.key.ns + "/pods";
    add(pods, Json::parse(pod_json(pod, PodText::kToPost)));
    has_status_.push_back(wanted_.size() - 1);
  }

  // False: one was refused.
  bool create() {
    std::atomic<bool> good = true;
    const auto setup = stage_.server().api_setup();
    share_out(setup, 4, wanted_.size(), [&](test::ApiClient& api, std::size_t i) {
      if (api.request("POST", wanted_[i].path, wanted_[i].object.dump()).status != 201)
        good = false;
    });
    share_out(setup, 4, has_status_.size(), [&](test::ApiClient& api, std::size_t i) {
      const auto& [path, object] = wanted_[has_status_[i]];
      const auto status = path + '/' + object["metadata"]["name"].get<std::string>() + "/status";
      if (api.request("PUT", status, object.dump()).status != 200) good = false;
    });
    wanted_.clear();
    has_status_.clear();
    return good;
  }

 private:
  struct Wanted {
    std::string path;
    Json object;
  };

  KubeStage& stage_;
  std::vector<Wanted> wanted_;
  std::vector<std::size_t> has_status_;
};

std::string policies_path(const std::string& ns) {
  return "/apis/networking.k8s.io/v1/namespaces/" + ns + "/networkpolicies";
}

constexpr const char* kAllPolicies = "/apis/networking.k8s.io/v1/networkpolicies";

Write post(test::ApiClient& api, const std::string& ns, const Json& object,
           const Address& changes) {
  Write write{.address = changes, .asked = Clock::now()};
  const auto answer = api.request("POST", policies_path(ns), object.dump());
  write.answered = Clock::now();
  if (answer.status == 201) write.version = version_in(answer.body);
  return write;
}

// A policy to create.
struct Measured {
  std::string ns;
  Json policy;
  std::optional<Address> changes{};  // none: nothing here, not measured
};

// Creates them, so many a second. None, and the benchmark is skipped: one was refused or lost.
std::optional<Latencies> measure(benchmark::State& state, KubeStage& stage,
                                 const std::vector<Measured>& policies, std::size_t rate) {
  Arrivals arrivals(stage.server().api_setup(), kAllPolicies);
  test::ApiClient api(stage.server().api_setup());
  const auto cpu_before = stage.daemon().cpu_time();
  std::vector<Write> writes;
  const auto start = Clock::now();
  for (std::size_t i = 0; i < policies.size(); ++i) {
    std::this_thread::sleep_until(start + i * std::chrono::microseconds(1'000'000 / rate));
    const auto& [ns, object, changes] = policies[i];
    const auto write = post(api, ns, object, changes.value_or(Address{}));
    if (changes) writes.push_back(write);
  }
  Latencies latencies;
  for (const auto& write : writes) {
    if (latencies.add(write, stage.commits(), arrivals)) continue;
    state.SkipWithError("a policy was refused or lost");
    return std::nullopt;
  }
  tell_cost(state, stage.daemon(), cpu_before);
  return latencies;
}

// As perf-tests' NetworkPolicyEnforcement: pods of 10 nodes are isolated; 1,000 load policies of
// one CIDR each come, 10 a second (`load_p99_ms`), and then those that allow a client, one for each
// pod here.
void policies_of_perf_tests(benchmark::State& state) {
  constexpr std::size_t kPods = 500;
  constexpr std::size_t kNodes = 10;
  constexpr std::size_t kLoad = 1'000;
  const auto stage = KubeStage::build(state, {});
  if (!stage) return;
  Creator creator(*stage);
  creator.add("/api/v1/namespaces", namespace_json("target"));
  if (!creator.create()) return state.SkipWithError("an object was refused");
  creator.add(
      policies_path("target"),
      policy("target", "deny", {{"podSelector", Json::object()}, {"policyTypes", {"Ingress"}}}));
  std::vector<Measured> load;
  std::vector<Measured> allow;
  for (std::size_t i = 0; i < kPods; ++i) {
    const bool local = i % kNodes == 0;
    creator.add(pod("target", i, {{"number", std::to_string(i)}},
                    local ? "local" : "node-" + std::to_string(i % kNodes)));
    if (!local) continue;
    allow.push_back(
        {"target",
         policy("target", "allow-" + std::to_string(i),
                {{"podSelector", labelled("number", std::to_string(i))},
                 {"ingress", {{{"from", {{{"podSelector", labelled("number", "1")}}}}}}}}),
         address(i)});
  }
  if (!creator.create()) return state.SkipWithError("an object was refused");
  for (std::size_t i = 0; i < kLoad; ++i) {
    const auto cidr = "172.16." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + "/32";
    load.push_back({"target",
                    policy("target", "load-" + std::to_string(i),
                           {{"podSelector", Json::object()},
                            {"policyTypes", {"Egress"}},
                            {"egress", {{{"to", {{{"ipBlock", {{"cidr", cidr}}}}}}}}}}),
                    address(0)});
  }
  if (!stage->start_daemon(state)) return;
  for (auto _ : state) {
    const auto while_loaded = measure(state, *stage, load, 10);
    const auto allowed = measure(state, *stage, allow, 10);
    if (!while_loaded || !allowed) return;
    state.counters["load_p99_ms"] = while_loaded->kernel(0.99);
    allowed->tell(state);
  }
}

// As kube-burner's network-policy: 240 namespaces of 10 pods and 20 policies, each for 2 pods, in
// both directions from and to 5 pods in 5 namespaces and 5 CIDRs, on 5 ports and 5 ranges. The last
// one of each namespace comes 20 a second; every second namespace has one pod here.
Json kube_burner_spec(std::size_t ns, std::size_t number) {
  constexpr std::size_t kNamespaces = 240;
  Json ports = Json::array();
  Json names = Json::array();
  Json numbers = Json::array();
  Json peers = Json::array();
  for (std::size_t i = 0; i < 5; ++i) {
    ports.push_back({{"protocol", "TCP"}, {"port", 8'080 + 7 * number + i}});
    ports.push_back({{"protocol", "TCP"},
                     {"port", 10'000 + 500 * number + 20 * i},
                     {"endPort", 10'010 + 500 * number + 20 * i}});
    names.push_back("burner-" + std::to_string((ns + number + i + 1) % kNamespaces));
    numbers.push_back(std::to_string((number + i) % 10));
  }
  peers.push_back({{"namespaceSelector", one_of("kubernetes.io/metadata.name", names)},
                   {"podSelector", one_of("number", numbers)}});
  for (std::size_t i = 0; i < 5; ++i) {
    const auto cidr = "192.168." + std::to_string(number) + '.' + std::to_string(16 * i) + "/28";
    peers.push_back({{"ipBlock", {{"cidr", cidr}}}});
  }
  return {{"podSelector",
           one_of("number", {std::to_string(number % 10), std::to_string((number + 1) % 10)})},
          {"policyTypes", {"Ingress", "Egress"}},
          {"ingress", {{{"from", peers}, {"ports", ports}}}},
          {"egress", {{{"to", peers}, {"ports", ports}}}}};
}

void policies_of_kube_burner(benchmark::State& state) {
  constexpr std::size_t kNamespaces = 240;
  constexpr std::size_t kPods = 10;
  constexpr std::size_t kPolicies = 20;
  const auto stage = KubeStage::build(state, {});
  if (!stage) return;
  Creator creator(*stage);
  const auto name = [](std::size_t ns) { return "burner-" + std::to_string(ns); };
  for (std::size_t ns = 0; ns < kNamespaces; ++ns) {
    creator.add("/api/v1/namespaces", namespace_json(name(ns)));
  }
  if (!creator.create()) return state.SkipWithError("an object was refused");
  std::vector<Measured> last;
  for (std::size_t ns = 0; ns < kNamespaces; ++ns) {
    const std::size_t local = (kPolicies - 1) % kPods;  // the last policy selects it
    for (std::size_t i = 0; i < kPods; ++i) {
      const bool here = ns % 2 == 0 && i == local;
      creator.add(pod(name(ns), ns * kPods + i, {{"number", std::to_string(i)}},
                      here ? "local" : "node-" + std::to_string(i)));
    }
    for (std::size_t i = 0; i + 1 < kPolicies; ++i) {
      creator.add(policies_path(name(ns)),
                  policy(name(ns), "policy-" + std::to_string(i), kube_burner_spec(ns, i)));
    }
    last.push_back({name(ns), policy(name(ns), "policy-" + std::to_string(kPolicies - 1),
                                     kube_burner_spec(ns, kPolicies - 1))});
    if (ns % 2 == 0) last.back().changes = address(ns * kPods + local);
  }
  if (!creator.create()) return state.SkipWithError("an object was refused");
  if (!stage->start_daemon(state)) return;
  for (auto _ : state) {
    if (const auto latencies = measure(state, *stage, last, 20)) latencies->tell(state);
  }
}

// As Cilium's netpol test: 30,000 pods and as many policies, each with one pod that its pod may
// reach; 30 of them here. Then policies of pods here get another peer, 20 a second. On the tests'
// own server, as a real one would take half an hour; that one's JSON is most of `start_s`, of which
// the daemon computed for `start_cpu_s`.
void policies_of_cilium(benchmark::State& state) {
  constexpr std::size_t kPods = 30'000;
  constexpr std::size_t kLocal = 30;
  constexpr std::size_t kInNamespace = 300;
  constexpr std::size_t kEdits = 300;
  constexpr std::size_t kRate = 20;
  auto network = test::NetworkNamespace::create();
  if (!network) return state.SkipWithError(network.error().message.c_str());
  ServerStage stage(std::move(*network), 10'000);
  const auto ns = [](std::size_t i) { return "netpol-" + std::to_string(i / kInNamespace); };
  const auto name = [](std::size_t i) { return "pod-" + std::to_string(i); };
  const auto allow = [&](std::size_t i, std::size_t peer) {
    const Json to = {{{"podSelector", labelled("name", name(peer))}}};
    return policy(ns(i), name(i),
                  {{"podSelector", labelled("name", name(i))},
                   {"policyTypes", {"Egress"}},
                   {"egress", {{{"to", to}}}}});
  };
  auto& server = stage.server();
  for (std::size_t i = 0; i < kPods; ++i) {
    if (i % kInNamespace == 0) server.put(namespace_json(ns(i)));
    const auto node = i < kLocal ? "local" : "node-" + std::to_string(i % 997);
    server.put(Json::parse(pod_json(pod(ns(i), i, {{"name", name(i)}}, node))));
    server.put(allow(i, i / kInNamespace * kInNamespace + (i + 1) % kInNamespace));
  }
  Commits commits(stage.network());
  DaemonProcess daemon(stage.network(), stage.kubeconfig());
  const auto start = Clock::now();
  if (!daemon.becomes_ready(kPatience)) return state.SkipWithError("the daemon is not ready");
  const std::chrono::duration<double> started = commits.last() - start;
  const auto start_cpu = daemon.cpu_time();
  Arrivals arrivals(stage.api_setup(), kAllPolicies);
  for (auto _ : state) {
    const auto cpu_before = daemon.cpu_time();
    Latencies latencies;
    const auto first = Clock::now();
    for (std::size_t i = 0; i < kEdits; ++i) {
      std::this_thread::sleep_until(first + i * std::chrono::milliseconds(1'000 / kRate));
      const auto json = allow(i % kLocal, kLocal + i);
      Write write{.address = address(i % kLocal), .asked = Clock::now()};
      write.version = std::to_string(server.put(json));
      write.answered = Clock::now();
      if (!latencies.add(write, commits, arrivals)) return state.SkipWithError("an edit was lost");
    }
    latencies.tell(state);
    tell_cost(state, daemon, cpu_before);
    state.counters["start_s"] = started.count();
    state.counters["start_cpu_s"] = static_cast<double>(start_cpu.count()) / 1e3;
  }
}

BENCHMARK(policies_of_perf_tests)->Apply(once);
BENCHMARK(policies_of_kube_burner)->Apply(once);
BENCHMARK(policies_of_cilium)->Apply(once);

}  // namespace
}  // namespace portcullis::bench::load_policies_bench
