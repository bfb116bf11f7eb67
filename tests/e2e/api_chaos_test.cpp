#include <algorithm>
#include <array>

#include "tests/e2e/api_node.h"
#include "tests/e2e/chaos_run.h"

// Random edits under random faults, on the real daemon and its kernel. Silent faults are left to
// the unit tests, since the daemon's timeouts are minutes.
namespace portcullis::test {
namespace {

namespace fault = api::fault;

class ApiChaos : public ApiNode {
 protected:
  unsigned any(unsigned below) { return run_.any(below); }

  std::string any_name(const char* what) { return what + std::to_string(any(5)); }

  void edit() {
    switch (any(6)) {
      case 0:
        server_->erase(api::Resource::kPods, "default", any_name("pod"));
        break;
      case 1:
        server_->erase(api::Resource::kNetworkPolicies, "default", any_name("policy"));
        break;
      case 2:
        server_->apply("kind: Namespace\nmetadata: {name: default, labels: {team: " +
                       any_name("team") + "}}\n");
        break;
      case 3:
        server_->apply(deny_manifest(any_name("policy"), any_name("pod")) +
                       "  ingress: [{from: [{namespaceSelector: {matchLabels: {team: " +
                       any_name("team") + "}}}]}]\n");
        break;
      default:
        server_->apply(pod_manifest(any_name("pod"), "10.0.0." + std::to_string(2 + any(200))));
    }
  }

  api::Fault any_fault() {
    const auto ending = any(2) == 0 ? fault::Ending::kClose : fault::Ending::kReset;
    const std::array<api::Fault, 7> faults = {
        fault::Refuse{any(2) == 0 ? 503U : 429U, std::chrono::seconds(any(2))},
        fault::Refuse{410},
        fault::ErrorEvent{},
        fault::Break{fault::Break::Where::kMidChunk, ending, any(2)},
        fault::Break{fault::Break::Where::kMidObject, ending, any(2)},
        fault::Garbage{},
        fault::Replay{1 + any(3)}};
    return faults.at(any(faults.size()));
  }

  void break_something() {
    switch (any(6)) {
      case 0:
        server_->stop();
        break;
      case 1:
        server_->start();
        break;
      case 2:
        server_->compact();
        break;
      case 3:
        server_->end_watches();
        break;
      case 4:
        server_->inject(any_fault(), {api::kResources[any(3)]});
        break;
      default:
        server_->disturb(any_fault());
    }
  }

  // Nothing is written to a restored server before all clients have reconnected: only until then
  // can reused versions be told from new ones.
  void restore(std::uint64_t version) {
    if (!server_->restore(version)) return;  // it has been compacted
    const auto all_watch = [&] {
      return std::ranges::all_of(api::kResources,
                                 [&](auto resource) { return server_->watches(resource) > 0; });
    };
    ASSERT_TRUE(wait_until(all_watch, std::chrono::seconds(60))) << daemon_->err();
  }

  ChaosRun run_;
};

TEST_F(ApiChaos, EndsInTheKernel) {
  SCOPED_TRACE("PORTCULLIS_CHAOS_SEED=" + std::to_string(run_.seed));
  start_daemon();
  ASSERT_TRUE(node_becomes_ready()) << daemon_->err();
  const auto backup = server_->resource_version();
  const unsigned rounds = ChaosRun::rounds(4);
  for (unsigned round = 0; round < rounds; ++round) {
    for (unsigned step = 0; step < 15; ++step) {
      if (any(4) == 0) break_something();
      edit();
    }
    server_->clear_faults();
    server_->start();
    if (round == 1) restore(backup);
    ASSERT_TRUE(kernel_follows_server()) << "round " << round << '\n' << daemon_->err();
  }
  EXPECT_EQ(get("/readyz").status, 200);
}

}  // namespace
}  // namespace portcullis::test
