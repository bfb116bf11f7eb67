#include <benchmark/benchmark.h>

#include "daemon/netlink/conntrack/conntrack.h"
#include "tests/support/conntrack/conntrack_table.h"

// The cost of forgetting one address, or all 110 of a removed node, in a table of 100,000
// connections of which each address has 100; beside it the dump of that table alone, which cannot
// be avoided from outside the kernel.
namespace portcullis::bench {
namespace {

constexpr std::size_t kConnections = 100'000;
constexpr std::size_t kOfEach = 100;

std::vector<Address> addresses(std::int64_t count) {
  std::vector<Address> all;
  for (std::int64_t i = 0; i < count; ++i) {
    all.push_back({Family::kIpv4, 0x0a000001 + static_cast<AddressValue>(i)});
  }
  return all;
}

// Forgets them repeatedly, each time with all their connections restored.
void forget(benchmark::State& state) {
  const auto netns = test::NetworkNamespace::create();
  if (!netns) return state.SkipWithError(netns.error().message.c_str());
  auto table = test::ConntrackTable::open(*netns);
  if (!table) return state.SkipWithError("this kernel has no ctnetlink");
  const auto lost = addresses(state.range(0));
  table->add_many(kConnections - kOfEach * lost.size(), "10.255.0.1");
  std::optional<nl::Conntrack> conntrack;
  netns->run([&] {
    auto opened = nl::Conntrack::open();
    if (opened) conntrack.emplace(std::move(*opened));
  });
  if (!conntrack) return state.SkipWithError("cannot open the conntrack table");
  for (auto _ : state) {
    state.PauseTiming();
    for (const auto& each : lost) table->add_many(kOfEach, to_string(each));
    state.ResumeTiming();
    const auto forgotten = conntrack->forget(lost);
    if (!forgotten || forgotten->deleted != kOfEach * lost.size()) {
      return state.SkipWithError("not all was forgotten");
    }
  }
}

// Reference: every entry received, none examined.
void read_table(benchmark::State& state) {
  const auto netns = test::NetworkNamespace::create();
  if (!netns) return state.SkipWithError(netns.error().message.c_str());
  auto table = test::ConntrackTable::open(*netns);
  if (!table) return state.SkipWithError("this kernel has no ctnetlink");
  table->add_many(kConnections, "10.255.0.1");
  std::uint64_t entries = 0;
  for (auto _ : state) entries += table->count();
  benchmark::DoNotOptimize(entries);
}

BENCHMARK(forget)->ArgName("addresses")->Arg(1)->Arg(110)->Unit(benchmark::kMillisecond);
BENCHMARK(read_table)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
