#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>

#include "k8s-client/access/kubeconfig.h"
#include "k8s-client/watch/reflector.h"
#include "tests/bench/kube_stage.h"
#include "tests/bench/quantiles.h"

// A list of 4,000 pods from a real API server, to objects: in Protobuf, compressed. Beside it curl,
// which fetches the same pods in pages of 500 in JSON on one HTTP/1.1 connection and parses
// nothing: medians of both.
namespace portcullis::bench {
namespace {

constexpr int kPods = 4'000;

std::string text_after(const std::string& json, const std::string& name) {
  const auto before = "\"" + name + "\":\"";
  const auto at = json.find(before);
  if (at == json.npos) return "";
  const auto begin = at + before.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

// The paths of all pages of the current list.
std::vector<std::string> pages(test::ApiClient& api) {
  const std::string first = "/api/v1/pods?limit=500";
  std::vector<std::string> paths = {first};
  while (true) {
    const auto token = text_after(api.get(paths.back()).body.substr(0, 1'000), "continue");
    if (token.empty()) return paths;
    paths.push_back(first + "&continue=" + token);
  }
}

// Milliseconds; negative: it failed.
double list(const KubeStage& stage, const k8s::ClusterAccess& access) {
  std::size_t listed = 0;
  double taken = -1;
  stage.network().run([&] {
    boost::asio::io_context io;
    const auto work = boost::asio::make_work_guard(io);
    auto client = k8s::ApiClient::open(io, access, {});
    if (!client) return;
    k8s::Reflector reflector(io, *client, Kind::kPod, {}, [&](const Update& update) {
      if (!update.lists.empty()) listed += update.lists.front().objects.size();
      if (listed >= kPods) io.stop();
    });
    const auto start = Clock::now();
    reflector.start();
    io.run();
    taken = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  });
  return listed == kPods ? taken : -1;
}

// With another user agent than curl, for which the server would indent the text.
double fetch(KubeStage& stage, const std::vector<std::string>& paths) {
  const auto setup = stage.server().api_setup();
  test::ChildSetup curl{
      {"curl", "--silent", "--fail", "--noproxy", "*", "--http1.1", "--user-agent", "bench",
       "--header", "Accept: application/json", "--cacert", setup.ca_file, "--header",
       "Authorization: Bearer " + setup.token},
      {},
      &stage.network(),
      ""};
  for (const auto& path : paths) {
    const auto url = "https://" + setup.address + ":" + std::to_string(setup.port) + path;
    curl.arguments.insert(curl.arguments.end(), {"--output", "/dev/null", url});
  }
  const auto start = Clock::now();
  const auto done = test::run_to_end(curl);
  if (done.code != 0) return -1;
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void list_pods(benchmark::State& state) {
  constexpr int kTimes = 7;  // in turn
  const auto stage = KubeStage::build(state, {kPods, 0, 0});
  if (!stage) return;
  const auto access = k8s::read_kubeconfig({stage->kubeconfig()}, "");
  if (!access) return state.SkipWithError(access.error().message.c_str());
  const auto paths = pages(stage->server().api());
  for (auto _ : state) {
    std::vector<double> ours;
    std::vector<double> curls;
    for (int i = 0; i < kTimes; ++i) {
      ours.push_back(list(*stage, *access));
      curls.push_back(fetch(*stage, paths));
    }
    if (std::ranges::min(ours) < 0 || std::ranges::min(curls) < 0) {
      return state.SkipWithError("a list failed");
    }
    state.SetIterationTime(quantile(ours, 0.5) / 1e3);
    state.counters["curl_ms"] = quantile(curls, 0.5);
    state.counters["pages"] = static_cast<double>(paths.size());
  }
}

BENCHMARK(list_pods)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portcullis::bench
