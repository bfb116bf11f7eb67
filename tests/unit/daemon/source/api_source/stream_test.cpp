#include "tests/unit/daemon/source/api_source/follower.h"

// Streams that end, break, hang and lie.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using Where = fault::Break::Where;
using fault::Ending;

class ApiSourceStream : public FollowedServer {
 protected:
  void start(k8s::ReflectorTiming timing = short_waits()) {
    follow(timing);
    ASSERT_TRUE(catches_up());
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
  }
};

struct Tear {
  std::string name;
  fault::Break fault;
};

class ApiSourceTear : public ApiSourceStream, public testing::WithParamInterface<Tear> {};

// Existing objects are not listed again, and nothing is lost.
TEST_P(ApiSourceTear, IsResumed) {
  start(short_limits());
  const auto before = watches();
  server_.disturb(GetParam().fault);
  server_.put(pod("meanwhile"));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_GT(watches(), before);
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

TEST_P(ApiSourceTear, OfTheNextStreamAfterAnEventIsResumedToo) {
  start(short_limits());
  auto fault = GetParam().fault;
  fault.events = 1;
  server_.disturb(fault);
  server_.inject(fault, {.verb = api::Verb::kWatch, .times = 3});
  server_.put(pod("c"));
  server_.put(pod("d"));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

TEST_P(ApiSourceTear, OfAListIsNoList) {
  server_.inject(GetParam().fault, {.verb = api::Verb::kList, .times = 3});
  follow(short_limits());
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, ApiSourceTear,
    testing::Values(Tear{"ClosedInAChunk", {Where::kMidChunk, Ending::kClose}},
                    Tear{"ResetInAChunk", {Where::kMidChunk, Ending::kReset}},
                    Tear{"HangsInAChunk", {Where::kMidChunk, Ending::kHang}},
                    Tear{"ClosedInAnObject", {Where::kMidObject, Ending::kClose}},
                    Tear{"ResetInAnObject", {Where::kMidObject, Ending::kReset}},
                    Tear{"HangsInAnObject", {Where::kMidObject, Ending::kHang}}),
    [](const auto& test) { return test.param.name; });

TEST_F(ApiSourceStream, ThatEndsRegularlyIsResumed) {
  start();
  for (int end = 0; end < 3; ++end) {
    server_.end_watches();
    EXPECT_TRUE(follows());
  }
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceStream, OfADroppedConnectionIsResumed) {
  start();
  for (const auto ending : {Ending::kClose, Ending::kReset}) {
    server_.drop_connections(ending);
    EXPECT_TRUE(follows());
  }
  EXPECT_EQ(lists(), 1U);
}

TEST_F(ApiSourceStream, OfADeadPeerIsLeftAndResumed) {
  start(short_limits());
  EXPECT_EQ(server_.disturb(fault::Silence{}), 3U);
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

TEST_F(ApiSourceStream, IsKeptWhileBookmarksCome) {
  start(short_limits());
  const auto before = watches();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  ASSERT_TRUE(wait_until([&] {
    server_.send_bookmarks();
    return std::chrono::steady_clock::now() > end;
  }));
  EXPECT_EQ(watches(), before);
}

TEST_F(ApiSourceStream, IsLeftIfItBringsOnlyBlankLines) {
  start(short_limits());
  const auto before = watches();
  EXPECT_TRUE(wait_until([&] {
    server_.disturb(fault::Garbage{""}, api::Resource::kPods);
    return watches() > before;
  }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

class ApiSourceUnendingStream : public FollowedServer {
 protected:
  ApiSourceUnendingStream() : FollowedServer({.ends_watches = false}) {}
};

TEST_F(ApiSourceUnendingStream, IsLeftAfterTheTimeThatWasAskedFor) {
  auto timing = short_limits();
  timing.watch_length = std::chrono::seconds(1);
  follow(timing);
  ASSERT_TRUE(follows());
  const auto before = watches();
  EXPECT_TRUE(wait_until([&] {
    server_.send_bookmarks();
    return watches() > before;
  }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceStream, MayDrip) {
  server_.inject(fault::Drip{}, {.times = api::kAlways});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

TEST_F(ApiSourceStream, OfDuplicatesIsWell) {
  start();
  server_.put(pod("c"));
  server_.disturb(fault::Replay{1});
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

// The old state of b arrives after its new one, and must not last.
TEST_F(ApiSourceStream, OutOfOrderIsListedAgain) {
  start();
  server_.put(pod("b", "10.0.0.2"));
  server_.erase(api::Resource::kPods, "default", "a");
  server_.put(pod("b", "10.0.0.3"));
  ASSERT_TRUE(catches_up());
  server_.disturb(fault::Replay{3}, api::Resource::kPods);
  EXPECT_TRUE(wait_until([&] { return lists() == 2; }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
  ASSERT_EQ(follower_->troubles().size(), 1U);
  EXPECT_NE(follower_->troubles()[0].find("the API server sent version "), std::string::npos);
}

TEST_F(ApiSourceStream, OfGarbageIsListedAgain) {
  start();
  for (const auto* garbage :
       {"<html>502</html>", "{", R"({"type":"ADDED"})", R"({"type":"ADDED","object":{}})",
        R"({"type":"GREETED","object":{"metadata":{"resourceVersion":"9"}}})"}) {
    const auto before = lists();
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
    server_.disturb(fault::Garbage{garbage}, api::Resource::kPods);
    EXPECT_TRUE(wait_until([&] { return lists() == before + 1; })) << garbage;
    EXPECT_TRUE(follows());
  }
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

// There are fewer workers than streams: none may wait for another.
TEST_F(ApiSourceStream, OfGarbageOnAllAtOnceIsListedAgain) {
  start();
  for (int time = 0; time < 20; ++time) {
    ASSERT_TRUE(wait_until([&] { return watches_all(); }));
    server_.disturb(fault::Garbage{});
    ASSERT_TRUE(follows());
  }
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

TEST_F(ApiSourceStream, OfALineThatDoesNotEndIsLeft) {
  start();
  server_.disturb(fault::EndlessLine{}, api::Resource::kPods);
  EXPECT_TRUE(wait_until([&] { return lists() == 2; }));
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->troubles(),
            std::vector<std::string>{"the API server sent an event that does not end"});
}

}  // namespace
}  // namespace portcullis::test
