#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/cluster.h"
#include "tests/bench/pod_pair.h"
#include "tests/support/model/cluster_builder.h"

// The cost of many port ranges: to load (`load_ms`), and for a new connection (the time, of UDP)
// that the last of them admits. The reference in the same run is the same ruleset with the protocol
// before the port in its keys: there the kernel walks all ranges of a protocol.
namespace portcullis::bench::port_ranges_bench {
namespace {

constexpr std::uint16_t kFirstPort = 1'000;

using Clock = std::chrono::steady_clock;

std::uint16_t last_port(std::int64_t ranges) {
  return static_cast<std::uint16_t>(kFirstPort + 4 * (ranges - 1));
}

Ruleset ruleset_of(std::int64_t ranges, const PodPair& pods) {
  PolicyRule rule;
  for (std::uint16_t first = kFirstPort; first <= last_port(ranges); first += 4) {
    PolicyPort port{Protocol::kUdp, EveryPort{}};
    port.port = PortRange{first, static_cast<std::uint16_t>(first + 1)};
    rule.ports.push_back(port);
    if (first > 65'000) break;
  }
  Budgets budgets;
  budgets.policy.says.ports = budgets.profile.says.ports = rule.ports.size();
  ClusterState cluster(budgets);
  cluster.apply(test::pod("shop/server", to_string(pods.server().ipv4)).on("local"));
  cluster.apply(test::policy("shop/ranges").ingress(rule));
  return compile(cluster, "local");
}

ElementKey exchanged(const ElementKey& key) {
  const auto bytes = key.bytes();
  std::vector<std::uint8_t> other(bytes.begin() + 4, bytes.end());
  other.insert(other.end(), bytes.begin(), bytes.begin() + 4);
  return ElementKey(other);
}

Ruleset protocol_first(Ruleset ruleset) {
  for (auto& [name, set] : ruleset.sets) {
    if (set.spec.key != std::vector{FieldType::kInetService, FieldType::kInetProto}) continue;
    std::swap(set.spec.key[0], set.spec.key[1]);
    for (auto& element : set.elements) {
      element.key = exchanged(element.key);
      if (!element.last.empty()) element.last = exchanged(element.last);
    }
    std::sort(set.elements.begin(), set.elements.end());
  }
  for (auto& [name, chain] : ruleset.chains) {
    for (auto& rule : chain.rules) {
      for (auto& statement : rule.statements) {
        auto* in = std::get_if<InSet>(&statement);
        if (in != nullptr && in->key.size() == 2 && in->key[1] == Field::kL4Proto) {
          std::swap(in->key[0], in->key[1]);
        }
      }
    }
  }
  return ruleset;
}

void port_ranges(benchmark::State& state, bool is_reference) {
  auto pods = PodPair::build();
  if (!pods) return state.SkipWithError(pods.error().message.c_str());
  auto ruleset = ruleset_of(state.range(0), *pods);
  if (is_reference) ruleset = protocol_first(std::move(ruleset));
  Result<void> loaded;
  std::chrono::duration<double, std::milli> took{};
  pods->node().netns.run([&] {
    auto kernel = nl::Kernel::open();
    if (!kernel) return void(loaded = tl::unexpected(kernel.error()));
    const auto begun = Clock::now();
    loaded = kernel->commit(diff({}, ruleset));
    took = Clock::now() - begun;
  });
  if (!loaded) return state.SkipWithError(loaded.error().message.c_str());
  for (auto _ : state) {
    const auto rate = pods->connection_rate(Protocol::kUdp, last_port(state.range(0)));
    if (!rate) return state.SkipWithError(rate.error().message.c_str());
    state.SetIterationTime(1 / *rate);
  }
  state.counters["load_ms"] = took.count();
}

void counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("ranges")->Iterations(20)->UseManualTime()->Unit(benchmark::kMicrosecond);
  for (const int ranges : {1, 16, 256, 1'000, 4'000, 16'000}) benchmark->Arg(ranges);
}

BENCHMARK_CAPTURE(port_ranges, ours, false)->Apply(counts);
BENCHMARK_CAPTURE(port_ranges, protocol_first, true)->Apply(counts);

}  // namespace
}  // namespace portcullis::bench::port_ranges_bench
