#include "tests/support/gateway/gateway.h"
#include "tests/unit/daemon/source/api_source/follower.h"

// Gateways that buffer streams: hidden changes arrive late, with a list, and never unnoticed.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using std::chrono::seconds;

k8s::ReflectorTiming short_bookmarks() {
  auto timing = short_limits();
  timing.bookmark_interval = seconds(1);
  return timing;
}

class ApiSourceGateway : public FollowedServer {
 protected:
  void follow_through(Framing framing, k8s::ReflectorTiming timing) {
    gateway_ = std::make_unique<Gateway>(server_.port(), framing);
    k8s::ClusterAccess access;
    access.server = gateway_->url();
    follower_ = std::make_unique<Follower>(access, timing);
  }

  ~ApiSourceGateway() override { follower_.reset(); }

  std::unique_ptr<Gateway> gateway_;
};

// Much less than 64 KiB, and nothing ends.
TEST_F(ApiSourceGateway, ThatDoesNotChunkIsFollowedAtOnce) {
  follow_through(Framing::kUnchunked, short_waits());
  for (int edit = 0; edit < 5; ++edit) EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceGateway, ThatDoesNotChunkMayEndAStream) {
  follow_through(Framing::kUnchunked, short_waits());
  ASSERT_TRUE(follows());
  server_.end_watches();
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

class ApiSourceHeldBack : public ApiSourceGateway, public testing::WithParamInterface<Framing> {};

// The change arrives with a list, and the silent stream is reported until one works.
TEST_P(ApiSourceHeldBack, IsStaleAndListedAgain) {
  follow_through(GetParam(), short_bookmarks());
  ASSERT_TRUE(catches_up());
  for (int edit = 0; edit < 2; ++edit) EXPECT_TRUE(follows());
  EXPECT_GE(lists(), 3U);
  EXPECT_TRUE(wait_until([&] { return !follower_->trouble("pods").empty(); }));
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

TEST_P(ApiSourceHeldBack, TellsWhatIsGone) {
  follow_through(GetParam(), short_bookmarks());
  ASSERT_TRUE(catches_up());
  server_.erase(api::Resource::kPods, "default", "a");
  EXPECT_TRUE(catches_up());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

std::string name_of(const testing::TestParamInfo<Framing>& test) {
  switch (test.param) {
    case Framing::kBuffered:
      return "Buffering";
    case Framing::kHeldBack:
      return "HoldingTheHead";
    case Framing::kCompressed:
      return "Compressing";
    case Framing::kUnchunked:
      break;
  }
  return "NotChunking";
}

INSTANTIATE_TEST_SUITE_P(By, ApiSourceHeldBack,
                         testing::Values(Framing::kBuffered, Framing::kHeldBack,
                                         Framing::kCompressed),
                         name_of);

TEST_F(ApiSourceGateway, ThatBuffersIsNamedAsTheReason) {
  follow_through(Framing::kBuffered, short_bookmarks());
  ASSERT_TRUE(follows());
  ASSERT_TRUE(wait_until([&] { return !follower_->trouble("pods").empty(); }));
  EXPECT_EQ(follower_->trouble("pods"),
            "the API server's watch of pods does not report changes (a proxy may buffer it); "
            "they arrive late, with a list");
}

class ApiSourceSilence : public FollowedServer {
 protected:
  void start(k8s::ReflectorTiming timing = short_bookmarks()) {
    follow(timing);
    ASSERT_TRUE(catches_up());
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
  }
};

// A stream that ends without data, while the version advances.
TEST_F(ApiSourceSilence, WhileTheVersionMovesOnLeadsToAList) {
  start();
  server_.disturb(fault::Silence{}, api::Resource::kPods);
  server_.put(pod("meanwhile"));
  EXPECT_TRUE(catches_up());
  EXPECT_EQ(lists(), 2U);
  EXPECT_EQ(follower_->trouble("pods").rfind("the API server's watch of pods ", 0), 0U);
  EXPECT_TRUE(follows());
  EXPECT_TRUE(wait_until([&] { return follower_->trouble("pods").empty(); }));
}

// Changes of other resources advance the version, too: that is not a failure.
TEST_F(ApiSourceSilence, OfAResourceThatDoesNotChangeIsWell) {
  start();
  server_.put({{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "other"}}}});
  EXPECT_TRUE(wait_until([&] { return lists() >= 2; }));
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

// Nothing has changed: nothing is listed.
TEST_F(ApiSourceSilence, OfAServerThatDoesNotChangeIsWell) {
  start();
  const auto before = watches();
  EXPECT_TRUE(wait_until([&] { return watches() >= before + 2; }));
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

// The limits are longer than the pauses of a busy machine.
TEST_F(ApiSourceSilence, IsNoneWhileBookmarksCome) {
  auto timing = short_bookmarks();
  timing.bookmark_interval = timing.watch_idle_limit = seconds(3);
  start(timing);
  const auto end = std::chrono::steady_clock::now() + seconds(7);
  ASSERT_TRUE(wait_until([&] {
    server_.put({{"kind", "Namespace"},
                 {"apiVersion", "v1"},
                 {"metadata", {{"name", "n" + std::to_string(++edits_)}}}});
    server_.send_bookmarks();
    return std::chrono::steady_clock::now() > end;
  }));
  EXPECT_EQ(lists(), 1U);
}

}  // namespace
}  // namespace portcullis::test
