#include <mutex>
#include <string>

#include "tests/unit/daemon/source/api_source/follower.h"

// A server that has lost its data, or is the wrong one.
namespace portcullis::test {
namespace {

class EmptyServer : public FollowedServer {
 protected:
  ~EmptyServer() override { follower_.reset(); }  // it tells us faults

  // Every update's fault, the latest last.
  void follow_faults(k8s::ReflectorTiming timing = short_waits()) {
    follower_ =
        std::make_unique<Follower>(access_to(server_), timing, [this](const Report& report) {
          const std::lock_guard lock(mutex_);
          fault_ = report.fault;
        });
  }
  std::string fault() {
    const std::lock_guard lock(mutex_);
    return fault_;
  }
  bool doubts() {
    return wait_until([&] { return fault().find("lists no namespaces") != std::string::npos; });
  }

  std::mutex mutex_;
  std::string fault_;
};

TEST_F(EmptyServer, IsNotBelievedAtTheStart) {
  server_.erase(api::Resource::kNamespaces, "", "default");
  follow_faults();
  EXPECT_TRUE(doubts());
  EXPECT_FALSE(follower_->synced());
  server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "default"}}}});
  EXPECT_TRUE(wait_until([&] { return follower_->synced(); }));
  EXPECT_EQ(fault(), "");
}

// In whatever order the resources arrive.
TEST_F(EmptyServer, KeepsWhatItHadSaid) {
  follow_faults();
  ASSERT_TRUE(wait_until([&] { return follower_->synced(); }));
  const auto before = decoded(server_);
  server_.erase(api::Resource::kPods, "default", "a");
  ASSERT_TRUE(catches_up());
  const auto all = server_.objects(api::Resource::kPods);
  server_.erase(api::Resource::kNamespaces, "", "default");
  for (const auto& pod : all) {
    server_.erase(api::Resource::kPods, "default", pod["metadata"]["name"].get<std::string>());
  }
  EXPECT_TRUE(doubts());
  EXPECT_EQ(follower_->state().namespaces().size(), before.namespaces().size());
  EXPECT_EQ(follower_->state().pods().size(), all.size());
  server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "default"}}}});
  EXPECT_TRUE(wait_until([&] { return fault().empty(); }));
  EXPECT_TRUE(catches_up());
}

TEST_F(EmptyServer, WithoutPodsIsBelieved) {
  follow_faults();
  ASSERT_TRUE(wait_until([&] { return follower_->synced(); }));
  for (const auto& pod : server_.objects(api::Resource::kPods)) {
    server_.erase(api::Resource::kPods, "default", pod["metadata"]["name"].get<std::string>());
  }
  EXPECT_TRUE(catches_up());
  EXPECT_TRUE(follower_->state().pods().empty());
  EXPECT_EQ(fault(), "");
}

// A server whose last policy goes, and that cannot be asked for its namespaces.
class UncheckedServer : public EmptyServer {
 protected:
  void lose_policy(const api::Fault& fault, k8s::ReflectorTiming timing = short_waits()) {
    put_policy("deny");
    follow_faults(timing);
    ASSERT_TRUE(catches_up());
    server_.inject(fault, {api::Resource::kNamespaces, api::Verb::kList, 0, api::kAlways});
    server_.erase(api::Resource::kNetworkPolicies, "default", "deny");
  }

  void put_policy(const std::string& name) {
    server_.put({{"kind", "NetworkPolicy"},
                 {"apiVersion", "networking.k8s.io/v1"},
                 {"metadata", {{"name", name}, {"namespace", "default"}}},
                 {"spec", {{"podSelector", nlohmann::json::object()}}}});
  }

  bool has_policies(const std::vector<std::string>& names) const {
    return wait_until([&] {
      std::vector<std::string> known;
      const auto state = follower_->state();
      for (const auto& [key, policy] : state.policies()) known.push_back(key.name);
      return known == names;
    });
  }

  bool reports(const std::string& reason) {
    return wait_until([&] {
      const auto text = fault();
      return text.find("has no networkpolicies any more") != std::string::npos &&
             text.find(reason) != std::string::npos;
    });
  }

  bool same_pods() const {
    const auto state = follower_->state();
    return state.pods().size() == server_.objects(api::Resource::kPods).size() &&
           state.pods().at({"default", "b"})->addresses == std::vector{*parse_address("10.0.0.9")};
  }

  bool recovers() {
    server_.clear_faults();
    return wait_until([&] { return fault().empty(); }) && catches_up();
  }
};

TEST_F(UncheckedServer, IsReportedAndOnlyItsLastPolicyHeldBack) {
  lose_policy(api::fault::Refuse{429});
  EXPECT_TRUE(reports("429 TooManyRequests: Too many requests, please try again later."));
  put_policy("new");
  EXPECT_TRUE(has_policies({"deny", "new"}));
  server_.erase(api::Resource::kPods, "default", "a");
  server_.put(pod("b", "10.0.0.9"));
  EXPECT_TRUE(wait_until([&] { return same_pods(); }));
  EXPECT_TRUE(has_policies({"deny", "new"}));
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(has_policies({"new"}));
}

TEST_F(UncheckedServer, HoldsItBackAlsoIfEverythingIsListedAgain) {
  lose_policy(api::fault::Refuse{503});
  ASSERT_TRUE(reports("503"));
  put_policy("first");
  server_.stop();
  put_policy("second");
  server_.compact();
  server_.start();
  EXPECT_TRUE(has_policies({"deny", "first", "second"}));
  EXPECT_TRUE(recovers());
}

TEST_F(UncheckedServer, ThatAnswersTooSlowlyIsLeft) {
  lose_policy(api::fault::Drip{std::chrono::milliseconds(100)}, short_limits());
  EXPECT_TRUE(reports("no answer within 1 s"));
  EXPECT_TRUE(has_policies({"deny"}));
  EXPECT_TRUE(recovers());
}

TEST_F(UncheckedServer, KnowsWhatItSaidTwiceOnce) {
  follow_faults();
  ASSERT_TRUE(catches_up());
  ASSERT_TRUE(wait_until([&] { return watches_all(); }));
  put_policy("deny");
  ASSERT_TRUE(catches_up());
  server_.disturb(api::fault::Replay{1}, api::Resource::kNetworkPolicies);
  server_.inject(api::fault::Refuse{503},
                 {api::Resource::kNamespaces, api::Verb::kList, 0, api::kAlways});
  server_.erase(api::Resource::kNetworkPolicies, "default", "deny");
  EXPECT_TRUE(reports("503"));
  EXPECT_TRUE(has_policies({"deny"}));
}

TEST_F(UncheckedServer, HasNoNamespacesBecauseOfALongAnswer) {
  const std::string filler(5000, 'x');
  for (const auto& text :
       {"<html>" + filler, R"({"kind":"Status","message":")" + filler + R"("})",
        R"({"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":")" +
            filler + R"("}}]})"}) {
    lose_policy(api::fault::Garbage{text});
    EXPECT_TRUE(reports("the API server sent a list of namespaces that ")) << text;
    EXPECT_TRUE(has_policies({"deny"}));
    EXPECT_TRUE(recovers());
    follower_.reset();
  }
}

}  // namespace
}  // namespace portcullis::test
