#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "tests/unit/daemon/source/api_source/follower.h"

// Random edits under random faults. PORTCULLIS_CHAOS_SEED repeats a run, PORTCULLIS_CHAOS_ROUNDS
// makes it longer.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using Json = nlohmann::json;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class ApiSourceChaos : public testing::Test {
 protected:
  ApiSourceChaos() {
    edit_namespace("anchor");
    for (const auto* name : {"anchor-1", "anchor-2"}) server_.put(some_pod("anchor", name));
    remember();
    backups_ = {server_.resource_version()};
  }

  unsigned any(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::string any_name(const char* what) { return std::string(what) + std::to_string(any(6)); }

  Json some_pod(const std::string& ns, const std::string& name) {
    return {{"kind", "Pod"},
            {"apiVersion", "v1"},
            {"metadata",
             {{"name", name}, {"namespace", ns}, {"labels", {{"edit", std::to_string(++edits_)}}}}},
            {"spec", {{"nodeName", any_name("node")}}},
            {"status", {{"phase", "Running"}, {"podIP", "10.0.0." + std::to_string(any(250))}}}};
  }

  void edit_namespace(const std::string& name) {
    server_.put({{"kind", "Namespace"},
                 {"apiVersion", "v1"},
                 {"metadata", {{"name", name}, {"labels", {{"edit", std::to_string(++edits_)}}}}}});
  }

  void edit_policy() {
    server_.put(
        {{"kind", "NetworkPolicy"},
         {"apiVersion", "networking.k8s.io/v1"},
         {"metadata", {{"name", any_name("policy")}, {"namespace", "anchor"}}},
         {"spec", {{"podSelector", {{"matchLabels", {{"edit", std::to_string(++edits_)}}}}}}}});
  }

  void edit() {
    switch (any(8)) {
      case 0:
        server_.erase(api::Resource::kPods, "anchor", any_name("pod"));
        break;
      case 1:
        server_.erase(api::Resource::kNetworkPolicies, "anchor", any_name("policy"));
        break;
      case 2:
        server_.erase(api::Resource::kNamespaces, "", any_name("ns"));
        break;
      case 3:
        edit_namespace(any(3) == 0 ? "anchor" : any_name("ns"));
        break;
      case 4:
        edit_policy();
        break;
      case 5:
        server_.put(some_pod(any_name("ns"), any_name("pod")));
        break;
      default:
        server_.put(some_pod("anchor", any(3) == 0 ? "anchor-1" : any_name("pod")));
    }
    remember();
  }

  // Every state that an object of the server has ever had.
  void remember() {
    const auto now = decoded(server_);
    for (const auto& [key, pod] : now.pods()) known_pods_.push_back(*pod);
    for (const auto& [name, ns] : now.namespaces()) known_namespaces_.push_back(*ns);
    for (const auto& [key, policy] : now.policies()) known_policies_.push_back(*policy);
  }

  fault::Ending any_ending() {
    return std::array{fault::Ending::kClose, fault::Ending::kReset, fault::Ending::kHang}[any(3)];
  }

  api::Fault any_fault() {
    const auto where =
        any(2) == 0 ? fault::Break::Where::kMidChunk : fault::Break::Where::kMidObject;
    const std::vector<api::Fault> faults = {
        fault::Refuse{std::array{401U, 403U, 410U, 429U, 500U, 503U}[any(6)]},
        fault::ErrorEvent{any(2) == 0 ? 410U : 500U},
        fault::Break{where, any_ending(), any(3)},
        fault::Drip{std::chrono::microseconds(50)},
        fault::Garbage{},
        fault::Replay{1 + any(3)},
        fault::BookmarksOnly{},
        fault::Silence{},
        fault::EndlessLine{}};
    return faults[any(static_cast<unsigned>(faults.size()))];
  }

  std::optional<api::Resource> any_resource() {
    if (any(3) == 0) return std::nullopt;
    return api::kResources[any(3)];
  }

  void break_something() {
    switch (any(9)) {
      case 0:
        server_.stop();
        break;
      case 1:
        server_.start();
        break;
      case 2:
        server_.compact();
        break;
      case 3:
        server_.end_watches(any_resource());
        break;
      case 4:
        server_.drop_connections(any(2) == 0 ? fault::Ending::kClose : fault::Ending::kReset);
        break;
      case 5:
        server_.send_bookmarks();
        break;
      case 6:
        server_.inject(any_fault(), {any_resource(), std::nullopt, any(3), 1 + any(3)});
        break;
      default:
        server_.disturb(any_fault(), any_resource());
    }
  }

  // Also for an old server: nothing is written to a restored one before all clients have
  // reconnected, since only until then can reused versions be told from new ones.
  void calm() {
    server_.clear_faults();
    server_.start();
    server_.ignore_connections(false);
    if (any(3) == 0) server_.restore(backups_[any(static_cast<unsigned>(backups_.size()))]);
    server_.disturb(fault::Break{});
  }

  // On the source's thread.
  void take(const Report& report) {
    const std::lock_guard lock(mutex_);
    state_.apply(report.update, [this](const Change& change) { told_.push_back(change); });
  }

  void expect_honest() {
    const std::lock_guard lock(mutex_);
    for (const auto& each : told_) {
      std::visit([this](const auto& change) { expect_known(change); }, each);
    }
    told_.clear();
  }

  void expect_known(const ObjectChange<Pod>& change) {
    if (!change.after) {
      EXPECT_NE(change.before->key.name.rfind("anchor", 0), 0U) << to_string(change.before->key);
    } else {
      EXPECT_TRUE(std::ranges::count(known_pods_, *change.after) > 0)
          << to_string(change.after->key);
    }
  }

  void expect_known(const ObjectChange<Namespace>& change) {
    if (!change.after) {
      EXPECT_NE(change.before->name, "anchor");
    } else {
      EXPECT_TRUE(std::ranges::count(known_namespaces_, *change.after) > 0) << change.after->name;
    }
  }

  void expect_known(const ObjectChange<NetworkPolicy>& change) {
    if (!change.after) return;
    EXPECT_TRUE(std::ranges::count(known_policies_, *change.after) > 0)
        << to_string(change.after->key);
  }

  const unsigned seed_ = number_from("PORTCULLIS_CHAOS_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  unsigned edits_ = 0;
  api::Server server_;
  std::vector<std::uint64_t> backups_;
  std::vector<Pod> known_pods_;
  std::vector<Namespace> known_namespaces_;
  std::vector<NetworkPolicy> known_policies_;
  std::mutex mutex_;
  ClusterState state_;
  std::vector<Change> told_;
};

TEST_F(ApiSourceChaos, EndsInTheServersState) {
  SCOPED_TRACE("PORTCULLIS_CHAOS_SEED=" + std::to_string(seed_));
  std::cout << "PORTCULLIS_CHAOS_SEED=" << seed_ << std::endl;
  const Follower follower(access_to(server_), short_limits(),
                          [this](const Report& report) { take(report); });
  const unsigned rounds = number_from("PORTCULLIS_CHAOS_ROUNDS", 10);
  for (unsigned round = 0; round < rounds; ++round) {
    for (unsigned step = 0; step < 20; ++step) {
      if (any(3) == 0) break_something();
      edit();
    }
    calm();
    const auto wanted = decoded(server_);
    ASSERT_TRUE(wait_until([&] { return same(follower.state(), wanted); }))
        << "round " << round << ", trouble with pods: " << follower.trouble("pods");
    expect_honest();
    backups_.push_back(server_.resource_version());
  }
}

}  // namespace
}  // namespace portcullis::test
