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
  void follow_faults() {
    follower_ =
        std::make_unique<Follower>(access_to(server_), short_waits(), [this](const Report& report) {
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

}  // namespace
}  // namespace portcullis::test
