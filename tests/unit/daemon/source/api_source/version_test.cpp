#include "tests/unit/daemon/source/api_source/follower.h"

// Versions that are compacted, pass, and are reused.
namespace portcullis::test {
namespace {

namespace fault = api::fault;

class ApiSourceVersion : public FollowedServer {
 protected:
  void start(k8s::ReflectorTiming timing = short_waits()) {
    follow(timing);
    ASSERT_TRUE(catches_up());
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
  }

  // Disconnected from the server while `work` is done.
  void disconnected(const std::function<void()>& work) {
    server_.stop();
    work();
    server_.start();
  }

  void change_everything() {
    server_.erase(api::Resource::kPods, "default", "a");
    server_.put(pod("b", "10.0.0.7"));
    server_.put(pod("c"));
    server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "other"}}}});
  }
};

TEST_F(ApiSourceVersion, OfThePastIsResumedFrom) {
  start();
  disconnected([&] { change_everything(); });
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

class ApiSourceCompacted : public ApiSourceVersion,
                           public testing::WithParamInterface<api::ExpiredWatch> {
 protected:
  void SetUp() override {
    server_.set_expired_watch(GetParam());
    start();
  }
};

// The deletion was never reported; remaining objects were never dropped.
TEST_P(ApiSourceCompacted, IsListedAgain) {
  disconnected([&] {
    change_everything();
    server_.compact();
  });
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 2U);
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

// The other namespace stays: a cluster without any is not believed.
TEST_P(ApiSourceCompacted, WithoutTheNamespaceAndItsPods) {
  disconnected([&] {
    server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "other"}}}});
    server_.erase(api::Resource::kNamespaces, "", "default");
    server_.compact();
  });
  EXPECT_TRUE(catches_up());
  EXPECT_EQ(follower_->removed(), (std::vector<std::string>{"default/a", "default/b"}));
  EXPECT_FALSE(follower_->state().namespaces().contains("default"));
}

// A bookmark has advanced the version past the compacted ones.
TEST_P(ApiSourceCompacted, BeforeABookmarkIsResumed) {
  server_.disturb(fault::BookmarksOnly{}, api::Resource::kPods);
  server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "other"}}}});
  ASSERT_TRUE(catches_up());
  const auto before = watches();
  server_.end_watches();
  ASSERT_TRUE(wait_until([&] { return watches_all() && watches() == before + 1; }));
  server_.send_bookmarks();
  const auto version = "watch " + std::to_string(server_.resource_version());
  server_.compact();
  server_.end_watches();
  EXPECT_TRUE(wait_until([&] { return asked(api::Resource::kPods).back() == version; }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

TEST_P(ApiSourceCompacted, InTheMiddleOfAStream) {
  const std::size_t before = lists();
  server_.disturb(fault::ErrorEvent{410}, api::Resource::kPods);
  EXPECT_TRUE(wait_until([&] { return lists() > before; }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(As, ApiSourceCompacted,
                         testing::Values(api::ExpiredWatch::kErrorEvent,
                                         api::ExpiredWatch::kHttpStatus),
                         [](const auto& test) {
                           return test.param == api::ExpiredWatch::kErrorEvent ? "Event" : "Status";
                         });

// Versions are reused for other changes.
TEST_F(ApiSourceVersion, ThatWentBackIsListedAgain) {
  const auto backup = server_.resource_version();
  start();
  change_everything();
  for (int edit = 0; edit < 20; ++edit) server_.put(pod("d", "10.2.0." + std::to_string(edit)));
  ASSERT_TRUE(catches_up());
  ASSERT_TRUE(server_.restore(backup));
  EXPECT_TRUE(catches_up());
  EXPECT_EQ(follower_->removed(),
            (std::vector<std::string>{"default/a", "default/c", "default/d"}));
  EXPECT_TRUE(follows());
}

// The stream is reopened before the server reaches the version that it should start at, and the
// changes until then would never be reported.
TEST_F(ApiSourceVersion, ThatWentBackDuringAnOutageIsListedAgain) {
  const auto backup = server_.resource_version();
  start();
  for (int edit = 0; edit < 20; ++edit) server_.put(pod("d", "10.2.0." + std::to_string(edit)));
  ASSERT_TRUE(catches_up());
  disconnected([&] { ASSERT_TRUE(server_.restore(backup)); });
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/d"});
}

}  // namespace
}  // namespace portcullis::test
