#include <benchmark/benchmark.h>

#include <functional>
#include <optional>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "daemon/netlink/routes/port_table.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/once.h"
#include "tests/bench/pod_pair.h"
#include "tests/bench/quantiles.h"
#include "tests/support/model/cluster_builder.h"

// What it costs that pods' interfaces are bound to their addresses: the rate of an established
// connection's packets, and of new connections, between two pods that may talk. `ratio` is the
// median of turns with the same ruleset without the binding, in the same run.
namespace portcullis::bench::binding {
namespace {

constexpr int kTurns = 60;
constexpr std::uint16_t kPort = 8000;

Result<void> load(const PodPair& pods, bool binds) {
  IncrementalCompiler compiler("node-1");
  const auto pod_at = [](const test::Endpoint& endpoint) {
    return test::pod(endpoint.name, to_string(endpoint.ipv4)).on("node-1").labels("app=pod");
  };
  compiler.apply(
      {.events = {
           pod_at(pods.client()), pod_at(pods.server()),
           test::policy("default/pods", "app=pod").ingress(test::from({test::pods("app=pod")}))}});
  Result<void> done;
  pods.node().netns.run([&] {
    auto ports = nl::PortTable::open();
    if (ports && binds && ports->read()) compiler.set_ports(ports->ports());
    auto kernel = nl::Kernel::open();
    done = kernel ? kernel->commit(diff({}, compiler.ruleset())) : tl::unexpected(kernel.error());
  });
  if (done && binds != !compiler.bindings().ports.empty()) {
    return failure(ErrorCode::kIo, "the pods' interfaces are not known");
  }
  return done;
}

using Rate = std::function<Result<double>(PodPair&)>;

void compare(benchmark::State& state, test::Wiring wiring, const Rate& rate) {
  auto bound = PodPair::build(wiring);
  auto unbound = PodPair::build(wiring);
  if (!bound) return state.SkipWithError(bound.error().message.c_str());
  if (!unbound) return state.SkipWithError(unbound.error().message.c_str());
  for (const auto& done : {load(*bound, true), load(*unbound, false)}) {
    if (!done) return state.SkipWithError(done.error().message.c_str());
  }
  std::vector<double> rates;
  std::vector<double> ratios;
  while (state.KeepRunning()) {
    for (int turn = 0; turn < kTurns; ++turn) {
      const bool first = turn % 2 == 0;
      const auto one = rate(first ? *bound : *unbound);
      const auto other = rate(first ? *unbound : *bound);
      if (!one || !other) return state.SkipWithError("a packet was lost");
      rates.push_back(first ? *one : *other);
      ratios.push_back(rates.back() / (first ? *other : *one));
    }
  }
  state.SetIterationTime(1 / quantile(rates, 0.5));
  state.counters["a_second"] = quantile(rates, 0.5);
  state.counters["ratio"] = quantile(ratios, 0.5);
}

void binding_established(benchmark::State& state, test::Wiring wiring) {
  compare(state, wiring, [](PodPair& pods) { return pods.exchange_rate(kPort); });
}

void binding_connections(benchmark::State& state, test::Wiring wiring) {
  compare(state, wiring, [](PodPair& pods) { return pods.connection_rate(Protocol::kTcp, kPort); });
}

void once_in_microseconds(benchmark::internal::Benchmark* benchmark) {
  benchmark->Apply(once)->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(binding_established, routed, test::Wiring::kRouted)->Apply(once_in_microseconds);
BENCHMARK_CAPTURE(binding_established, bridged, test::Wiring::kBridged)
    ->Apply(once_in_microseconds);
BENCHMARK_CAPTURE(binding_connections, routed, test::Wiring::kRouted)->Apply(once_in_microseconds);
BENCHMARK_CAPTURE(binding_connections, bridged, test::Wiring::kBridged)
    ->Apply(once_in_microseconds);

// The daemon's own work for one interface that comes or goes, among as many as a node has.
void binding_interface(benchmark::State& state) {
  IncrementalCompiler compiler("n1");
  std::vector<Event> events;
  PodPorts ports;
  for (int i = 0; i < state.range(0); ++i) {
    const Address address{Family::kIpv4, (10U << 24U) + static_cast<unsigned>(i) + 1};
    events.push_back(test::pod("shop/pod-" + std::to_string(i), to_string(address)));
    ports.push_back({i + 1, "veth" + std::to_string(i), "", i, {address}});
  }
  compiler.apply({.events = events});
  compiler.set_ports(ports);
  auto without = ports;
  without.pop_back();
  bool there = true;
  for (auto _ : state) {
    there = !there;
    benchmark::DoNotOptimize(compiler.set_ports(there ? ports : without));
  }
}

BENCHMARK(binding_interface)
    ->ArgName("interfaces")
    ->Arg(110)
    ->Arg(250)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace portcullis::bench::binding
