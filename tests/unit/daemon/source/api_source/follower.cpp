#include "tests/unit/daemon/source/api_source/follower.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>

#include "k8s-client/decode/messages.h"

namespace portcullis::test {
namespace {

using Json = nlohmann::json;

template <class Objects>
bool same_objects(const Objects& left, const Objects& right) {
  return std::ranges::equal(left, right, [](const auto& one, const auto& other) {
    return one.first == other.first && *one.second == *other.second;
  });
}

void apply_all(ClusterState& state, const api::Server& server, Kind kind, api::Resource served) {
  const auto& about = api::info(served);
  const Json list{{"kind", std::string(about.kind) + "List"},
                  {"apiVersion", about.api_version},
                  {"metadata", {{"resourceVersion", "1"}}},
                  {"items", server.objects(served)}};
  const auto page = k8s::decode_page(list.dump(), k8s::Encoding::kJson, kind);
  ASSERT_TRUE(page) << page.error().message;
  for (const auto& listed : page->objects) state.apply(listed.object);
}

}  // namespace

k8s::ReflectorTiming short_waits() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {.backoff = {milliseconds(10), milliseconds(100)},
          .list_idle_limit = seconds(60),
          .bookmark_interval = seconds(60),
          .watch_idle_limit = seconds(60),
          .watch_length = seconds(300)};
}

k8s::ReflectorTiming short_limits() {
  auto timing = short_waits();
  timing.list_idle_limit = timing.watch_idle_limit = std::chrono::seconds(1);
  return timing;
}

k8s::ClusterAccess access_to(const api::Server& server) {
  k8s::ClusterAccess access;
  access.server = server.url();
  return access;
}

ClusterState decoded(const api::Server& server) {
  ClusterState state;
  apply_all(state, server, Kind::kNamespace, api::Resource::kNamespaces);
  apply_all(state, server, Kind::kPod, api::Resource::kPods);
  apply_all(state, server, Kind::kNetworkPolicy, api::Resource::kNetworkPolicies);
  return state;
}

bool same(const ClusterState& left, const ClusterState& right) {
  return same_objects(left.namespaces(), right.namespaces()) &&
         same_objects(left.pods(), right.pods()) && same_objects(left.policies(), right.policies());
}

Follower::Follower(const k8s::ClusterAccess& access, k8s::ReflectorTiming timing,
                   std::function<void(const Report&)> watch, k8s::Resolve resolve)
    : watch_(std::move(watch)) {
  source_ = std::make_unique<ApiSource>(
      io_, access, k8s::Environment{}, timing, [this](const Report& report) { take(report); },
      std::move(resolve));
  const auto started = source_->start();
  EXPECT_TRUE(started) << started.error().message;
  thread_.emplace(io_);
}

Follower::~Follower() {
  run([this] { source_.reset(); });
}

void Follower::run(const std::function<void()>& work) {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void Follower::take(const Report& report) {
  if (watch_) watch_(report);
  const std::lock_guard lock(mutex_);
  followed_ = report.followed;
  for (const auto& following : followed_) {
    if (!following.trouble.empty() &&
        std::ranges::find(troubles_, following.trouble) == troubles_.end()) {
      troubles_.push_back(following.trouble);
    }
  }
  EXPECT_TRUE(report.synced || !synced_) << "once all was read, it stays so";
  synced_ = report.synced;
  state_.apply(report.update, [this](const Change& change) {
    const auto* pod = std::get_if<ObjectChange<Pod>>(&change);
    if (pod != nullptr && !pod->after) removed_.push_back(to_string(pod->before->key));
  });
  problems_.clear();
  for (const auto& problem : report.problems) problems_.push_back(to_string(problem));
}

bool Follower::synced() const {
  const std::lock_guard lock(mutex_);
  return synced_;
}

bool Follower::synced(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(followed_, what, &Following::what);
  return found != followed_.end() && found->synced;
}

ClusterState Follower::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::vector<std::string> Follower::removed() const {
  const std::lock_guard lock(mutex_);
  return removed_;
}

std::vector<std::string> Follower::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

std::string Follower::trouble(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(followed_, what, &Following::what);
  return found == followed_.end() ? "" : found->trouble;
}

std::vector<std::string> Follower::troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

Json pod(const std::string& name, const std::string& address) {
  return {{"kind", "Pod"},
          {"apiVersion", "v1"},
          {"metadata", {{"name", name}, {"namespace", "default"}, {"labels", {{"app", name}}}}},
          {"spec", {{"nodeName", "node"}}},
          {"status", {{"phase", "Running"}, {"podIP", address}}}};
}

FollowedServer::FollowedServer(api::Setup setup) : server_(std::move(setup)) {
  server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "default"}}}});
  server_.put(pod("a"));
  server_.put(pod("b"));
}

void FollowedServer::follow(k8s::ReflectorTiming timing) {
  follower_ = std::make_unique<Follower>(access_to(server_), timing);
}

bool FollowedServer::catches_up() const {
  const auto wanted = decoded(server_);
  return wait_until([&] { return follower_->synced() && same(follower_->state(), wanted); });
}

testing::AssertionResult FollowedServer::fails(const std::string& when) const {
  auto failure = testing::AssertionFailure() << "not " << when;
  for (const auto resource : api::kResources) {
    const auto all = asked(resource);
    failure << "\n"
            << api::info(resource).kind << ", " << server_.watches(resource) << " watches, asked:";
    for (auto i = all.size() - std::min<std::size_t>(all.size(), 6); i < all.size(); ++i) {
      failure << " [" << all[i] << "]";
    }
  }
  for (const auto* what : {"namespaces", "pods", "networkpolicies"}) {
    failure << "\n" << what << ": " << follower_->trouble(what);
  }
  return failure;
}

testing::AssertionResult FollowedServer::follows() {
  if (!catches_up()) return fails("at first");
  const std::string edit = std::to_string(++edits_);
  server_.put(pod("edited", "10.1.0." + edit));
  server_.put({{"kind", "Namespace"},
               {"apiVersion", "v1"},
               {"metadata", {{"name", "default"}, {"labels", {{"edit", edit}}}}}});
  server_.put({{"kind", "NetworkPolicy"},
               {"apiVersion", "networking.k8s.io/v1"},
               {"metadata", {{"name", "edited"}, {"namespace", "default"}}},
               {"spec", {{"podSelector", {{"matchLabels", {{"app", edit}}}}}}}});
  if (!catches_up()) return fails("after edit " + edit);
  return testing::AssertionSuccess();
}

std::vector<std::string> FollowedServer::asked(api::Resource resource) const {
  std::vector<std::string> asked;
  for (const auto& request : server_.requests()) {
    if (request.resource != resource) continue;
    const auto version = request.parameter("resourceVersion");
    asked.push_back(to_string(request.verb) + (version.empty() ? "" : ' ' + version));
  }
  return asked;
}

std::size_t FollowedServer::lists() const {
  const auto requests = server_.requests();
  return static_cast<std::size_t>(std::ranges::count_if(requests, [](const auto& request) {
    return request.resource == api::Resource::kPods && request.verb == api::Verb::kList &&
           request.parameter("limit") != "1";
  }));
}

std::size_t FollowedServer::watches() const {
  return server_.count(api::Resource::kPods, api::Verb::kWatch);
}

bool FollowedServer::watches_all() const {
  return std::ranges::all_of(api::kResources,
                             [&](auto resource) { return server_.watches(resource) == 1; });
}

}  // namespace portcullis::test
