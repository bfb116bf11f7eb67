#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "k8s-client/decode/decode.h"
#include "k8s-client/document/json.h"
#include "tests/bench/cluster.h"
#include "tests/bench/pod_pair.h"
#include "tests/bench/quantiles.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/costly_policies.h"
#include "tests/support/rig/command.h"

// What one policy of a malicious tenant, within its budget, costs a packet that it denies, the
// most expensive kind: the time is that of one attempt to connect, at the port where it is longest,
// and `more_us` what exceeds the same attempt against conntrack and a rule that drops.
namespace portcullis::bench::costly_packet_bench {
namespace {

// Within and outside the ranges that the policies name.
constexpr std::array<std::uint16_t, 6> kPorts = {80, 443, 1'000, 1'300, 10'139, 20'070};
constexpr int kTurns = 20;
constexpr const char* kConntrackOnly = R"(table inet reference {
  chain forward {
    type filter hook forward priority filter
    ct state established accept
    drop
  }
}
)";

Result<ClusterState> cluster(const std::string& json, const PodPair& pods) {
  const auto documents = k8s::parse_json(json);
  if (!documents) return failure(ErrorCode::kInvalidInput, "no JSON");
  ClusterState cluster;
  for (const auto& object :
       k8s::decode(documents->front(), "", k8s::UnknownFields::kTolerate).objects) {
    cluster.apply(object);
  }
  // Where the server is the selected pod, the client is no pod: no peer selects it.
  const bool ingress = cluster.policies().begin()->second->isolates_ingress;
  const auto& selected = ingress ? pods.server() : pods.client();
  cluster.apply(test::pod("shop/selected", to_string(selected.ipv4)).on("local"));
  return cluster;
}

Result<void> load(const PodPair& pods, const Ruleset& ruleset) {
  Result<void> loaded;
  pods.node().netns.run([&] {
    auto kernel = nl::Kernel::open();
    loaded = kernel ? kernel->commit(diff({}, ruleset)) : tl::unexpected(kernel.error());
  });
  return loaded;
}

// In microseconds, at the port where it is longest.
Result<double> longest(const PodPair& pods) {
  double longest = 0;
  for (const auto port : kPorts) {
    const auto rate = pods.denied_rate(port);
    if (!rate) return rate;
    longest = std::max(longest, 1e6 / *rate);
  }
  return longest;
}

void costly_packet(benchmark::State& state, const std::string& json) {
  auto pods = PodPair::build();
  auto reference = PodPair::build();
  if (!pods || !reference) return state.SkipWithError("no network namespaces");
  const auto done =
      cluster(json, *pods)
          .and_then(
              [&](const ClusterState& objects) { return load(*pods, compile(objects, "local")); })
          .and_then([&] {
            return test::run_command(reference->node().netns, {"nft", "-f", "-"}, kConntrackOnly);
          });
  if (!done) return state.SkipWithError(done.error().message.c_str());
  std::vector<double> more;
  for (auto _ : state) {
    const auto took = longest(*pods);
    const auto least = longest(*reference);
    if (!took || !least) return state.SkipWithError("a packet was not denied");
    state.SetIterationTime(*took / 1e6);
    more.push_back(*took - *least);
  }
  state.counters["more_us"] = quantile(more, 0.5);
}

const bool kRegistered = [] {
  for (const auto& policy : test::largest_within_budget()) {
    benchmark::RegisterBenchmark(("costly_packet/" + policy.name).c_str(), costly_packet,
                                 policy.json)
        ->Iterations(kTurns)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
}  // namespace portcullis::bench::costly_packet_bench
