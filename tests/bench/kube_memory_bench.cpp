#include <benchmark/benchmark.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/cluster.h"
#include "tests/bench/commits.h"
#include "tests/bench/daemon_process.h"
#include "tests/bench/pod_json.h"
#include "tests/bench/server_stage.h"
#include "tests/support/manifest/writer.h"

// The daemon's resident memory, with pods of about 6 KB each and policies in force: `synced_mb`,
// and `peak_mb`, the maximum; then `changed_mb`, after PORTCULLIS_BENCH_EVENTS changes of pod
// labels, by default 2,000. The time is from the daemon's start to its rules in force. Reference:
// `json_mb`, the text of those pods. The server is the tests' own, which accepts that many pods at
// once.
namespace portcullis::bench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kBatch = 500;  // events, before the daemon is waited for

std::size_t events_wanted() {
  const char* text = std::getenv("PORTCULLIS_BENCH_EVENTS");
  return text == nullptr ? 2'000 : std::strtoul(text, nullptr, 10);
}

// Such a cluster, and its server.
struct Stage {
  Stage(test::NetworkNamespace netns, const ClusterSize& size)
      : server(std::move(netns), 2 * kBatch), objects(cluster(size)) {
    auto& api = server.server();
    for (const auto& [name, ns] : objects.namespaces()) api.apply(test::to_manifest(*ns));
    for (const auto& [key, policy] : objects.policies()) api.apply(test::to_manifest(*policy));
    for (const auto& [key, pod] : objects.pods()) {
      const auto json = pod_json(*pod);
      bytes += json.size();
      api.put(Json::parse(json));
    }
  }

  ServerStage server;
  ClusterState objects;
  std::size_t bytes = 0;  // of the pods' JSON
};

// Changes the label that rules speak of, of each pod of other nodes in turn, and waits for the
// daemon.
class Flipper {
 public:
  explicit Flipper(Stage& stage) : stage_(stage), last_(peers(stage.objects).front()) {
    for (const auto& [key, pod] : stage.objects.pods()) {
      if (pod.get() != last_ && pod->node_name != "local") pods_.push_back(pod.get());
    }
  }

  // False if the last of them was not in the kernel in time.
  bool flip_batch() {
    for (std::size_t i = 1; i < kBatch; ++i, ++turn_) {
      put(*pods_[turn_ % pods_.size()], turn_ / pods_.size() % 2 == 0);
    }
    const auto now = Clock::now();
    put(*last_, out_ = !out_);
    return commits_.wait_for(last_->addresses.front(), now, std::chrono::minutes(2)).has_value();
  }

 private:
  void put(Pod pod, bool out) {
    if (out) pod.labels = Labels{{"app", "none"}};
    stage_.server.server().put(Json::parse(pod_json(pod)));
  }

  Stage& stage_;
  const Pod* last_;
  Commits commits_{stage_.server.network()};
  std::vector<const Pod*> pods_;
  std::size_t turn_ = 0;
  bool out_ = false;
};

double megabytes(std::size_t kb) { return static_cast<double>(kb) / 1024; }

void memory_of_the_daemon(benchmark::State& state) {
  auto network = test::NetworkNamespace::create();
  if (!network) return state.SkipWithError(network.error().message.c_str());
  Stage stage(std::move(*network),
              {static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), 110});
  for (auto _ : state) {
    const auto start = Clock::now();
    DaemonProcess daemon(stage.server.network(), stage.server.kubeconfig());
    if (!daemon.becomes_ready(std::chrono::seconds(120))) {
      return state.SkipWithError(("the daemon did not become ready: " + daemon.log()).c_str());
    }
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    state.counters["synced_mb"] = megabytes(daemon.memory_kb());
    state.counters["peak_mb"] = megabytes(daemon.peak_memory_kb());
    state.counters["json_mb"] = megabytes(stage.bytes / 1024);
    const auto flipping = Clock::now();
    std::size_t events = 0;
    for (Flipper flipper(stage); events < events_wanted(); events += kBatch) {
      if (!flipper.flip_batch()) return state.SkipWithError("an event was lost");
    }
    const std::chrono::duration<double> took = Clock::now() - flipping;
    state.counters["events"] = static_cast<double>(events);
    state.counters["events_a_s"] = static_cast<double>(events) / took.count();
    state.counters["changed_mb"] = megabytes(daemon.memory_kb());
  }
}

BENCHMARK(memory_of_the_daemon)
    ->ArgNames({"pods", "policies"})
    ->Args({10'000, 1'000})
    ->Args({100'000, 10'000})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
