#include "tests/bench/kube_stage.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/bench/pod_json.h"
#include "tests/support/manifest/writer.h"
#include "tests/support/process/http_client.h"

namespace portcullis::bench {
namespace {

constexpr std::size_t kWorkers = 4;

const Result<test::NetworkNamespace>& the_network() {
  static const auto kNetwork = [] {
    auto network = test::NetworkNamespace::create();
    if (network) network->run(test::bring_loopback_up);
    return network;
  }();
  return kNetwork;
}

Result<void> ask(test::ApiClient& api, const std::string& method, const std::string& path,
                 const std::string& body) {
  const auto answer = api.request(method, path, body);  // JSON is YAML
  if (answer.status == 200 || answer.status == 201) return {};
  return failure(ErrorCode::kIo, method + " " + path + ": " + answer.body);
}

Result<void> create(test::ApiClient& api, const Pod& pod, PodSize size) {
  const std::string pods = "/api/v1/namespaces/" + pod.key.ns + "/pods";
  const auto text =
      size == PodSize::kCommon ? pod_json(pod, PodText::kToPost) : test::to_manifest(pod);
  const auto created = ask(api, "POST", pods, text);
  return created ? ask(api, "PUT", pods + "/" + pod.key.name + "/status", text) : created;
}

}  // namespace

KubeStage::KubeStage(const test::NetworkNamespace& network, const test::KubeAssets& assets,
                     const ClusterSize& size)
    : network_(network),
      objects_(cluster(size)),
      server_(assets, network_, "127.0.0.1"),
      kubeconfig_(server_.kubeconfig_by_certificate("bench", {"system:masters"})),
      commits_(network_) {}

std::unique_ptr<KubeStage> KubeStage::build(benchmark::State& state, const ClusterSize& size,
                                            PodSize pod_size) {
  const auto skip = [&](const std::string& reason) {
    state.SkipWithError(reason.c_str());
    return nullptr;
  };
  const auto assets = test::find_kube_assets();
  if (!assets) return skip(assets.error().message);
  const auto& network = the_network();
  if (!network) return skip(network.error().message);
  auto stage = std::unique_ptr<KubeStage>(new KubeStage(*network, *assets, size));
  if (!stage->server_.becomes_ready()) return skip("the API server did not become ready");
  const auto created = stage->create_objects(pod_size);
  if (!created) return skip(created.error().message);
  return stage;
}

KubeStage::~KubeStage() {
  if (daemon_) remove_daemon();
}

Result<void> KubeStage::create_objects(PodSize pod_size) {
  Result<void> created;
  for (const auto& [name, ns] : objects_.namespaces()) {
    created = ask(server_.api(), "POST", "/api/v1/namespaces", test::to_manifest(*ns));
    if (!created) return created;
  }
  for (const auto& [key, policy] : objects_.policies()) {
    const auto path = "/apis/networking.k8s.io/v1/namespaces/" + key.ns + "/networkpolicies";
    created = ask(server_.api(), "POST", path, test::to_manifest(*policy));
    if (!created) return created;
  }
  std::vector<const Pod*> pods;
  for (const auto& [key, pod] : objects_.pods()) pods.push_back(pod.get());
  std::vector<Result<void>> results(pods.size());
  share_out(server_.api_setup(), kWorkers, pods.size(),
            [&](auto& client, std::size_t i) { results[i] = create(client, *pods[i], pod_size); });
  const auto bad = std::ranges::find_if(results, [](const auto& result) { return !result; });
  return bad == results.end() ? created : *bad;
}

bool KubeStage::start_daemon(benchmark::State& state) {
  daemon_.emplace(network_, kubeconfig_);
  if (daemon_->becomes_ready(std::chrono::seconds(60))) return true;
  state.SkipWithError(("the daemon did not become ready: " + daemon_->log()).c_str());
  return false;
}

bool KubeStage::remove_daemon() {
  daemon_->stop();
  daemon_.reset();
  return test::run_to_end({{PORTCULLIS_BINARY, "cleanup"}, {}, &network_, ""}).code == 0;
}

test::HttpAnswer set_label(test::ApiClient& api, const Pod& pod, const std::string& label,
                           const std::string& value) {
  return api.request("PATCH", "/api/v1/namespaces/" + pod.key.ns + "/pods/" + pod.key.name,
                     R"({"metadata":{"labels":{")" + label + R"(":")" + value + "\"}}}",
                     "application/merge-patch+json");
}

void share_out(const test::ApiClient::Setup& setup, std::size_t workers, std::size_t count,
               const std::function<void(test::ApiClient&, std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < workers; ++i) {
    threads.emplace_back([&] {
      test::ApiClient client(setup);
      for (auto mine = next++; mine < count; mine = next++) work(client, mine);
    });
  }
}

}  // namespace portcullis::bench
