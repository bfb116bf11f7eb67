#include <benchmark/benchmark.h>

#include <functional>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/bench/cluster.h"
#include "tests/bench/once.h"
#include "tests/bench/pod_pair.h"
#include "tests/bench/policed_pod.h"
#include "tests/bench/quantiles.h"
#include "tests/support/rig/command.h"

// How fast two pods of a node open new connections under some rules. The time is the median for one
// connection, `a_second` the same as a rate. Beside it `conntrack_a_second`, the reference in the
// same run: connection tracking, which every stateful filter needs, and no other rules. Both are
// measured in short turns, each on its own node, and `ratio` is the median of the turns' ratios.
//
// `policies` select the server's pod, on so many different `ports`, and 60,000 peers are shared out
// among them; admitted_by says which policy admits the client. A list is gone through to there: the
// middle one is what an average connection costs, the last one the worst that is admitted, and as
// much as a denied one.
namespace portcullis::bench {
namespace {

constexpr int kTurns = 50;
constexpr std::uint16_t kPort = 8000;

constexpr const char* kConntrackOnly =
    "table inet reference { chain forward { type filter hook forward priority filter - 1\n"
    "ct state established,related accept\n}\n}\n";

using Load = std::function<Result<void>(PodPair&)>;

Result<void> load_nothing(PodPair&) { return {}; }

Result<void> load_script(const PodPair& pods, const std::string& script) {
  const auto loaded = run_command(pods.node().netns, {"nft", "-f", "-"}, script);
  if (!loaded) return tl::unexpected(loaded.error());
  return {};
}

Result<void> load_conntrack_only(PodPair& pods) { return load_script(pods, kConntrackOnly); }

Result<void> load_ours(const PodPair& pods, const ClusterState& objects) {
  Result<void> done;
  pods.node().netns.run([&] {
    auto kernel = nl::Kernel::open();
    done = kernel ? kernel->commit(diff({}, compile(objects, "local")))
                  : tl::unexpected(kernel.error());
  });
  return done;
}

Result<PodPair> build(const Load& load) {
  auto pods = PodPair::build();
  if (!pods) return pods;
  const auto loaded = load(*pods);
  if (!loaded) return tl::unexpected(loaded.error());
  return pods;
}

// Turns of both; each is first equally often.
class Turns {
 public:
  Turns(PodPair& subject, PodPair& reference, Protocol protocol, std::uint16_t port)
      : subject_(subject), reference_(reference), protocol_(protocol), port_(port) {}

  Result<void> take(int count) {
    for (int i = 0; i < count; ++i) {
      const bool first = i % 2 == 0;
      const auto one = rate(first ? subject_ : reference_);
      const auto other = rate(first ? reference_ : subject_);
      if (!one) return tl::unexpected(one.error());
      if (!other) return tl::unexpected(other.error());
      rates_.push_back(first ? *one : *other);
      references_.push_back(first ? *other : *one);
      ratios_.push_back(rates_.back() / references_.back());
    }
    return {};
  }

  void tell(benchmark::State& state) const {
    state.SetIterationTime(1 / quantile(rates_, 0.5));
    state.counters["a_second"] = quantile(rates_, 0.5);
    state.counters["conntrack_a_second"] = quantile(references_, 0.5);
    state.counters["ratio"] = quantile(ratios_, 0.5);
  }

 private:
  Result<double> rate(PodPair& pods) const { return pods.connection_rate(protocol_, port_); }

  PodPair& subject_;
  PodPair& reference_;
  Protocol protocol_;
  std::uint16_t port_;
  std::vector<double> rates_;
  std::vector<double> references_;
  std::vector<double> ratios_;
};

void measure(benchmark::State& state, Protocol protocol, std::uint16_t port, const Load& load) {
  auto subject = build(load);
  if (!subject) return state.SkipWithError(subject.error().message.c_str());
  auto reference = build(load_conntrack_only);
  if (!reference) return state.SkipWithError(reference.error().message.c_str());
  if (const auto warm = Turns(*subject, *reference, protocol, port).take(4); !warm) {
    return state.SkipWithError(warm.error().message.c_str());
  }
  while (state.KeepRunning()) {
    Turns turns(*subject, *reference, protocol, port);
    const auto done = turns.take(kTurns);
    if (!done) return state.SkipWithError(done.error().message.c_str());
    turns.tell(state);
  }
}

// Loads rules for the pods as the state's arguments describe them, and sees that they filter.
void measure_policed(benchmark::State& state, Protocol protocol,
                     const std::function<Result<void>(const PodPair&, const PolicedPod&)>& load) {
  PolicedPod policed{.protocol = protocol,
                     .policies = static_cast<int>(state.range(0)),
                     .ports = static_cast<int>(state.range(2)),
                     .admitted_by = static_cast<int>(state.range(1))};
  measure(state, protocol, policed.port(), [&](PodPair& pods) -> Result<void> {
    policed.server = pods.server().ipv4;
    policed.client = pods.client().ipv4;
    const auto loaded = load(pods, policed);
    if (!loaded || !pods.connection_rate(protocol, kPort - 1)) return loaded;
    return failure(ErrorCode::kIo, "the rules let through what no policy allows");
  });
}

void datapath_no_rules(benchmark::State& state, Protocol protocol) {
  measure(state, protocol, kPort, load_nothing);
}

// The same twice: how reliable a ratio is.
void datapath_conntrack_only(benchmark::State& state, Protocol protocol) {
  measure(state, protocol, kPort, load_conntrack_only);
}

void datapath_ours(benchmark::State& state, Protocol protocol) {
  measure_policed(state, protocol, [](const auto& pods, const auto& policed) {
    return load_ours(pods, cluster(policed));
  });
}

// What an engine with list-based rules programs: synthetic, not that of any specific engine.
void datapath_linear_engine_generated(benchmark::State& state, Protocol protocol) {
  measure_policed(state, protocol, [](const auto& pods, const auto& policed) {
    return load_script(pods, linear_ruleset(policed));
  });
}

void in_microseconds(benchmark::internal::Benchmark* benchmark) {
  benchmark->Apply(once)->Unit(benchmark::kMicrosecond);
}

void policies(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"policies", "admitted_by", "ports"})->Apply(in_microseconds);
  benchmark->Args({1, 1, 1})->Args({100, 50, 1})->Args({1'000, 500, 1})->Args({1'000, 1'000, 1});
  benchmark->Args({1'000, 1'000, 10})->Args({1'000, 1'000, 100});
}

BENCHMARK_CAPTURE(datapath_no_rules, tcp, Protocol::kTcp)->Apply(in_microseconds);
BENCHMARK_CAPTURE(datapath_conntrack_only, tcp, Protocol::kTcp)->Apply(in_microseconds);
BENCHMARK_CAPTURE(datapath_ours, tcp, Protocol::kTcp)->Apply(policies);
BENCHMARK_CAPTURE(datapath_linear_engine_generated, tcp, Protocol::kTcp)->Apply(policies);
BENCHMARK_CAPTURE(datapath_no_rules, udp, Protocol::kUdp)->Apply(in_microseconds);
BENCHMARK_CAPTURE(datapath_conntrack_only, udp, Protocol::kUdp)->Apply(in_microseconds);
BENCHMARK_CAPTURE(datapath_ours, udp, Protocol::kUdp)->Apply(policies);
BENCHMARK_CAPTURE(datapath_linear_engine_generated, udp, Protocol::kUdp)->Apply(policies);

}  // namespace
}  // namespace portcullis::bench
