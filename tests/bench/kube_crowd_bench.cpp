#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <memory>
#include <thread>

#include "k8s-client/access/kubeconfig.h"
#include "k8s-client/watch/api_client.h"
#include "tests/bench/arrivals.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/once.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/quantiles.h"
#include "tests/support/process/wait_until.h"

// What many daemons cost a real API server, by our own client, which here only counts what it is
// sent.
namespace portcullis::bench::kube_crowd_bench {
namespace {

using k8s::ApiClient;
using k8s::Encoding;

constexpr const char* kPodsPath = "/api/v1/pods";

// The loop of the client, on a thread of its own in the stage's network namespace.
class Crowd {
 public:
  explicit Crowd(const KubeStage& stage, const std::string& kubeconfig) {
    stage.network().run([&] {
      const auto access = k8s::read_kubeconfig({kubeconfig}, "");
      client_.emplace(ApiClient::open(io_, access.value(), {}).value());
      thread_ = std::jthread([this] { io_.run(); });
    });
  }

  ~Crowd() {
    boost::asio::post(io_, [this] {
      requests_.clear();
      work_.reset();
    });
    thread_.join();
    client_.reset();
  }

  // Watches of pods from a version, all of them open.
  bool watch(const std::string& version, std::size_t count, Encoding encoding) {
    for (std::size_t i = 0; i < count; ++i) {
      send({.path = kPodsPath,
            .query = {{"watch", "true"}, {"resourceVersion", version}},
            .endless = true,
            .preferred = encoding});
    }
    return test::wait_until([&] { return begun_ >= count; });
  }

  // Whole lists of pods, as daemons ask for them, all at once; again after a 429.
  bool list(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ask_for_list();
    return test::wait_until([&] { return done_ >= count; }, std::chrono::seconds(300));
  }

  std::size_t bytes() const { return bytes_; }  // of bodies, decompressed
  std::size_t rejected() const { return rejected_; }

 private:
  class Counter : public k8s::Body {
   public:
    explicit Counter(Crowd& crowd) : crowd_(crowd) {}
    void begin(Encoding) override { ++crowd_.begun_; }
    bool read(std::string_view piece) override {
      crowd_.bytes_ += piece.size();
      return true;
    }

   private:
    Crowd& crowd_;
  };

  void send(const ApiClient::Call& call) {
    boost::asio::post(io_, [this, call] {
      requests_.push_back(client_->send(call, std::chrono::seconds(300),
                                        std::make_shared<Counter>(*this),
                                        [this](const auto& answer) { take(answer); }));
    });
  }

  void ask_for_list() { send({.path = kPodsPath, .preferred = Encoding::kProtobuf}); }

  void take(const Result<ApiClient::Answer>& answer) {
    if (answer && answer->good()) {
      ++done_;
      return;
    }
    ++rejected_;
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, std::chrono::seconds(1));
    timer->async_wait([this, timer](const auto&) { ask_for_list(); });
  }

  boost::asio::io_context io_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
      io_.get_executor()};
  std::optional<ApiClient> client_;
  std::vector<ApiClient::Request> requests_;
  std::atomic<std::size_t> begun_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::size_t> rejected_ = 0;
  std::jthread thread_;
};

double milliseconds_of_server(KubeStage& stage) {
  return static_cast<double>(cpu_time(stage.server().api_server_pid()).count());
}

// Changes a label of `count` pods, 50 a second; the server's milliseconds for all of it.
double change_pods(KubeStage& stage, std::size_t count) {
  static std::size_t turn = 0;
  const auto label = std::to_string(++turn);
  const auto before = milliseconds_of_server(stage);
  const auto start = Clock::now();
  std::size_t i = 0;
  for (const auto& [key, pod] : stage.objects().pods()) {
    if (i == count) break;
    std::this_thread::sleep_until(start + i++ * std::chrono::milliseconds(20));
    set_label(stage.server().api(), *pod, "turn", label);
  }
  std::this_thread::sleep_until(start + count * std::chrono::milliseconds(20));
  return milliseconds_of_server(stage) - before;
}

// One change of a pod, to so many daemons that watch pods: for each of them, microseconds of the
// server's processors (`us_`) and kilobytes (`kb_`), in JSON and in Protobuf. `write_us`, the
// reference: the same change with nobody watching. `mb_500`: the server's memory for 500 watches.
void watches_of_pods(benchmark::State& state) {
  constexpr std::size_t kChanges = 250;
  const auto stage = KubeStage::build(state, {1'000, 0, 0});
  if (!stage) return;
  for (auto _ : state) {
    const auto start = Clock::now();
    change_pods(*stage, kChanges);  // warm
    const auto alone = change_pods(*stage, kChanges);
    state.counters["write_us"] = 1e3 * alone / kChanges;
    for (const auto encoding : {Encoding::kJson, Encoding::kProtobuf}) {
      const std::string name = encoding == Encoding::kJson ? "json_" : "protobuf_";
      for (const std::size_t count : {10, 100, 500}) {
        const auto version =
            version_in(stage->server().api().get(std::string(kPodsPath) + "?limit=1").body);
        const auto memory = memory_kb(stage->server().api_server_pid());
        Crowd crowd(*stage, stage->kubeconfig());
        if (!crowd.watch(version, count, encoding)) return state.SkipWithError("no watch");
        const auto more = memory_kb(stage->server().api_server_pid()) - memory;
        const auto bytes = crowd.bytes();
        const auto cost = change_pods(*stage, kChanges) - alone;
        const auto told = static_cast<double>(kChanges * count);
        const auto last = name + std::to_string(count);
        state.counters["us_" + last] = 1e3 * cost / told;
        state.counters["kb_" + last] = static_cast<double>(crowd.bytes() - bytes) / told / 1e3;
        if (count == 500) state.counters["mb_" + last] = static_cast<double>(more) / 1024;
      }
    }
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
  }
}

// Asks for one small object now and then, until it ends: another user of the same server.
class Bystander {
 public:
  Bystander(KubeStage& stage, const std::string& token)
      : thread_([this, setup = with_token(stage, token)](const std::stop_token& stop) {
          test::ApiClient api(setup);
          while (!stop.stop_requested()) {
            const auto start = Clock::now();
            const auto answer = api.get("/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
            const std::chrono::duration<double, std::milli> took = Clock::now() - start;
            waits_.push_back(took.count());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}

  std::vector<double> end() {
    thread_.request_stop();
    thread_.join();
    return waits_;
  }

 private:
  static test::ApiClient::Setup with_token(KubeStage& stage, const std::string& token) {
    auto setup = stage.server().api_setup();
    setup.token = token;
    return setup;
  }

  std::vector<double> waits_;
  std::jthread thread_;
};

std::string token_in(const std::string& kubeconfig) {
  std::ifstream file(kubeconfig);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::string before = "\"token\": \"";
  const auto at = text.find(before);
  if (at == text.npos) return "";
  return text.substr(at + before.size(), text.find('"', at + before.size()) - at - before.size());
}

// Lists of all pods by so many daemons at once, in Protobuf with gzip: the time until all have
// theirs, `server_s` of processors, `peak_mb` of the server, and `other_p99_ms`, what another user
// waited for one small object meanwhile. `level` 0: the daemons are of the API server's own level
// for service accounts; 1: of the one in manifests/base. `other_before_p99_ms`, the reference:
// before.
void lists_of_pods(benchmark::State& state) {
  const auto stage = KubeStage::build(state, {static_cast<int>(state.range(0)), 0, 0});
  if (!stage) return;
  auto& server = stage->server();
  for (const auto* file : {"namespace", "rbac", "flowcontrol"}) {
    const bool wanted = state.range(2) == 1 || std::string(file) != "flowcontrol";
    const auto path = std::string("manifests/base/") + file + ".yaml";
    if (wanted && server.kubectl({"apply", "--filename", path}).code != 0) {
      return state.SkipWithError((path + " was refused").c_str());
    }
  }
  server.kubectl({"create", "serviceaccount", "other"});
  server.kubectl({"create", "clusterrolebinding", "other", "--clusterrole=view",
                  "--serviceaccount=default:other"});
  const auto ours = server.kubeconfig_of("portcullis", "portcullis");
  const auto other = server.kubeconfig_of("default", "other");
  if (!ours || !other) return state.SkipWithError("no token");
  for (auto _ : state) {
    Bystander before(*stage, token_in(*other));
    std::this_thread::sleep_for(std::chrono::seconds(2));
    const auto others_before = before.end();
    Crowd crowd(*stage, *ours);
    Bystander bystander(*stage, token_in(*other));
    const auto cpu = milliseconds_of_server(*stage);
    const auto start = Clock::now();
    if (!crowd.list(static_cast<std::size_t>(state.range(1)))) {
      return state.SkipWithError("a list did not come");
    }
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    const auto waits = bystander.end();
    state.counters["server_s"] = (milliseconds_of_server(*stage) - cpu) / 1e3;
    state.counters["peak_mb"] = static_cast<double>(peak_memory_kb(server.api_server_pid())) / 1024;
    state.counters["rejected"] = static_cast<double>(crowd.rejected());
    state.counters["other_ms"] = quantile(waits, 0.5);
    state.counters["other_p99_ms"] = quantile(waits, 0.99);
    state.counters["other_before_p99_ms"] = quantile(others_before, 0.99);
  }
}

BENCHMARK(watches_of_pods)->Apply(once);
BENCHMARK(lists_of_pods)
    ->ArgNames({"pods", "daemons", "level"})
    ->Args({10'000, 1, 1})
    ->Args({10'000, 100, 0})
    ->Args({10'000, 100, 1})
    ->Apply(once);

}  // namespace
}  // namespace portcullis::bench::kube_crowd_bench
