#include <benchmark/benchmark.h>

#include <cstdlib>
#include <functional>
#include <memory>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/steps.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/cluster.h"
#include "tests/bench/quantiles.h"
#include "tests/support/model/deltas.h"
#include "tests/support/netns/network_namespace.h"

// The cost of one event on a node with 110 of the cluster's pods, from the event to the kernel's
// answer: the time is the median, of which `compile_us` is the compiler's and `commit_us` the
// kernel's with netlink. Beside it `raw_us`, the reference in the same run: one element added to or
// removed from one set of the same size. And the cost of compiling all the initial objects of a
// source.
namespace portcullis::bench::incremental_bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLocal = 110;

ClusterSize size_of(const benchmark::State& state) {
  return {static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), kLocal};
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"pods", "policies"});
  benchmark->Args({1'000, 100})->Args({10'000, 1'000})->Args({100'000, 10'000});
}

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

nl::Kernel open_kernel(const test::NetworkNamespace& network) {
  std::optional<nl::Kernel> kernel;
  network.run([&] { kernel.emplace(std::move(nl::Kernel::open().value())); });
  return std::move(*kernel);
}

void must(const Result<void>& done) {
  if (done) return;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  std::abort();
}

// A node that enforces the cluster.
class Stage {
 public:
  explicit Stage(ClusterState cluster) : objects(std::move(cluster)) {
    compiler_.apply({.events = events_of(objects)});
    must(kernel_.commit(diff({}, compiler_.ruleset())));
  }

  void commit(const Delta& delta) {
    if (!delta.empty()) must(kernel_.commit(delta));
  }

  // The last of the steps is not part of the time: nobody waits for it.
  void apply(const Event& event) {
    const auto start = Clock::now();
    const auto todo = steps(compiler_.apply({.events = {event}}));
    const auto compiled = Clock::now();
    commit(todo.prepare);
    commit(todo.exchange);
    const auto committed = Clock::now();
    commit(todo.remove);
    compile_.push_back(microseconds(compiled - start));
    commit_.push_back(microseconds(committed - compiled));
    all_.push_back(microseconds(committed - start));
  }

  void tell(benchmark::State& state) const {
    state.SetIterationTime(quantile(all_, 0.5) / 1e6);
    state.counters["compile_us"] = quantile(compile_, 0.5);
    state.counters["commit_us"] = quantile(commit_, 0.5);
    state.counters["p99_us"] = quantile(all_, 0.99);
  }

  const ClusterState objects;

 private:
  test::NetworkNamespace network_ = std::move(test::NetworkNamespace::create().value());
  nl::Kernel kernel_ = open_kernel(network_);
  IncrementalCompiler compiler_{"local"};
  std::vector<double> compile_;
  std::vector<double> commit_;
  std::vector<double> all_;
};

// One element added to or removed from a set of that size, in the middle of the table's other sets,
// beside as many chains: the kernel walks the sets to find it, and the chains in each commit.
double raw_microseconds(int members, int others = 0) {
  const auto network = std::move(test::NetworkNamespace::create().value());
  auto kernel = open_kernel(network);
  Ruleset raw;
  const SetSpec spec{"raw", {FieldType::kIpv4Addr}, false, false, ""};
  for (int i = 0; i < others; ++i) {
    const auto name = (i % 2 == 0 ? "before-" : "then-") + std::to_string(i);
    raw.sets[name].spec = spec;
    raw.sets[name].spec.name = name;
    raw.chains[name] = {{name, {}, ""}, {Rule{{Verdict{Verdict::Kind::kDrop}}}}};
  }
  auto& set = raw.sets[spec.name];
  set.spec = spec;
  for (int i = 0; i < members; ++i) {
    const auto value = AddressValue{0x0a000000} + static_cast<AddressValue>(i);
    set.elements.push_back({ElementKey().append(Address{Family::kIpv4, value}), {}, {}});
  }
  must(kernel.commit(diff({}, raw)));
  const std::vector<Element> one = {set.elements.front()};
  std::vector<double> times;
  for (int i = 0; i < 500; ++i) {
    const auto delta =
        i % 2 == 0 ? test::without_elements(set.spec, one) : test::with_elements(set.spec, one);
    const auto start = Clock::now();
    must(kernel.commit(delta));
    times.push_back(microseconds(Clock::now() - start));
  }
  return quantile(times, 0.5);
}

// Applies each event and then its inverse, several times.
void measure(benchmark::State& state, ClusterState objects,
             const std::function<std::vector<std::pair<Event, Event>>(const Stage&)>& choose) {
  Stage stage(std::move(objects));
  const auto pairs = choose(stage);
  for (auto _ : state) {
    for (std::size_t i = 0; i < 250; ++i) {
      const auto& [event, undo] = pairs[i % pairs.size()];
      stage.apply(event);
      stage.apply(undo);
    }
    stage.tell(state);
  }
  state.counters["raw_us"] = raw_microseconds(static_cast<int>(state.range(0)));
}

void pod_changes_its_label(benchmark::State& state) {
  measure(state, cluster(size_of(state)), [](const Stage& stage) {
    std::vector<std::pair<Event, Event>> pairs;
    for (const auto* pod : peers(stage.objects)) {
      auto other = std::make_shared<Pod>(*pod);
      other->labels = Labels{{"app", "none"}};
      pairs.emplace_back(to_event(std::shared_ptr<const Pod>(other)),
                         to_event(std::make_shared<const Pod>(*pod)));
      if (pairs.size() == 250) break;
    }
    return pairs;
  });
}

LabelSelector of_app(const std::string& app) {
  return LabelSelector({{"app", Operator::kIn, {app}}});
}

constexpr int kSets = 2'000;

// One local pod, which admits 2,000 applications, each on a port of its own, so that there are as
// many sets; and that many pods of these.
ClusterState crowd(int members) {
  ClusterState objects;
  const auto add_pod = [&](const std::string& name, const std::string& app, AddressValue address) {
    Pod pod;
    pod.key = {"crowd", name};
    pod.labels = Labels{{"app", app}};
    pod.node_name = app == "server" ? "local" : "elsewhere";
    pod.addresses = {{Family::kIpv4, address}};
    pod.phase = PodPhase::kRunning;
    objects.apply(to_event(std::make_shared<const Pod>(std::move(pod))));
  };
  add_pod("server", "server", 0x0aff0001);
  for (int i = 0; i < members; ++i) {
    add_pod("pod-" + std::to_string(i), "app-" + std::to_string(i % kSets),
            AddressValue{0x0a000001} + static_cast<AddressValue>(i));
  }
  for (int i = 0; i < kSets; ++i) {
    const auto port = static_cast<std::uint16_t>(1'000 + i);
    NetworkPolicy policy;
    policy.key = {"crowd", "policy-" + std::to_string(i)};
    policy.pod_selector = of_app("server");
    policy.isolates_ingress = true;
    policy.ingress = {{{{Protocol::kTcp, PortRange{port, port}}},
                       {PodPeer{{}, of_app("app-" + std::to_string(i))}}}};
    objects.apply(to_event(std::make_shared<const NetworkPolicy>(std::move(policy))));
  }
  return objects;
}

void pod_leaves_one_of_2000_sets(benchmark::State& state) {
  measure(state, crowd(static_cast<int>(state.range(0))), [](const Stage& stage) {
    std::vector<std::pair<Event, Event>> pairs;
    for (int i = 0; i < 250; ++i) {
      const auto& pod = stage.objects.pods().at({"crowd", "pod-" + std::to_string(i)});
      auto other = std::make_shared<Pod>(*pod);
      other->labels = Labels{{"app", "none"}};
      pairs.emplace_back(to_event(std::shared_ptr<const Pod>(other)), to_event(pod));
    }
    return pairs;
  });
  const auto members = static_cast<int>(state.range(0));
  state.counters["raw_among_us"] = raw_microseconds(members, kSets);
}

void policy_is_edited(benchmark::State& state) {
  measure(state, cluster(size_of(state)), [](const Stage& stage) {
    std::vector<std::pair<Event, Event>> pairs;
    for (const auto& [key, policy] : stage.objects.policies()) {
      if (key.ns != "team-0" || policy->ingress.empty()) continue;
      auto other = std::make_shared<NetworkPolicy>(*policy);
      other->ingress.front().ports.push_back({Protocol::kTcp, PortRange{443, 443}});
      pairs.emplace_back(to_event(std::shared_ptr<const NetworkPolicy>(other)), to_event(policy));
    }
    return pairs;
  });
}

void policy_is_added(benchmark::State& state) {
  measure(state, cluster(size_of(state)), [](const Stage& stage) {
    std::vector<std::pair<Event, Event>> pairs;
    for (const auto& [key, policy] : stage.objects.policies()) {
      if (key.ns == "team-0") pairs.emplace_back(removal_of(to_event(policy)), to_event(policy));
    }
    return pairs;
  });
}

void namespace_is_relabelled(benchmark::State& state) {
  measure(state, cluster(size_of(state)), [](const Stage& stage) {
    const auto& ns = stage.objects.namespaces().at("team-2");
    auto other = std::make_shared<Namespace>(*ns);
    other->labels["stage"] = "test";
    return std::vector<std::pair<Event, Event>>{
        {to_event(std::shared_ptr<const Namespace>(other)), to_event(ns)}};
  });
}

void compile_what_a_source_tells(benchmark::State& state) {
  const auto events = events_of(cluster(size_of(state)));
  for (auto _ : state) {
    auto compiler = std::make_unique<IncrementalCompiler>("local");
    benchmark::DoNotOptimize(compiler->apply({.events = events}));
    state.PauseTiming();
    compiler.reset();
    state.ResumeTiming();
  }
}

void one_event(benchmark::internal::Benchmark* benchmark) {
  benchmark->Apply(sizes)->Iterations(1)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK(pod_changes_its_label)->Apply(one_event);
BENCHMARK(pod_leaves_one_of_2000_sets)
    ->ArgName("members")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(policy_is_edited)->Apply(one_event);
BENCHMARK(policy_is_added)->Apply(one_event);
BENCHMARK(namespace_is_relabelled)->Apply(one_event);
BENCHMARK(compile_what_a_source_tells)->Apply(sizes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench::incremental_bench
