#include "tests/unit/daemon/source/api_source/follower.h"

// How everything is read: in pages, or at the beginning of a stream.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using api::WatchLists;

constexpr int kPods = 1300;  // of three pages

std::string streamed(const api::Request& request) { return request.parameter("sendInitialEvents"); }

class ApiSourceList : public FollowedServer {
 protected:
  explicit ApiSourceList(api::Setup setup = {}) : FollowedServer(std::move(setup)) {}

  void add_pods() {
    for (int number = 0; number < kPods; ++number) {
      server_.put(pod("crowd-" + std::to_string(number)));
    }
  }

  // Watches of pods that requested the list first.
  std::ptrdiff_t streamed_lists() const {
    const auto requests = server_.requests();
    return std::count_if(requests.begin(), requests.end(), [](const api::Request& request) {
      return request.resource == api::Resource::kPods && streamed(request) == "true";
    });
  }
};

TEST_F(ApiSourceList, ComesInPages) {
  add_pods();
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 3U);
}

// In one piece: the pages would expire again.
TEST_F(ApiSourceList, ThatExpiresBetweenPagesBeginsAnew) {
  add_pods();
  server_.inject(fault::Refuse{410}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 2U + 1U);
  EXPECT_NE(follower_->troubles().at(0).find("410"), std::string::npos);
}

// Once: whether the whole list arrives or not, the next one is requested in pages.
TEST_F(ApiSourceList, ThatExpiresBetweenPagesIsAskedForWholeOnlyOnce) {
  add_pods();
  server_.inject(fault::Refuse{410}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  server_.inject(fault::Refuse{500}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  follow();
  EXPECT_TRUE(follows());
  std::vector<std::string> limits;
  for (const auto& request : server_.requests()) {
    if (request.resource == api::Resource::kPods && request.verb == api::Verb::kList) {
      limits.push_back(request.parameter("limit"));
    }
  }
  EXPECT_EQ(limits, (std::vector<std::string>{"500", "500", "", "500", "500", "500"}));
}

TEST_F(ApiSourceList, WhosePagesAreBrokenBeginsAnew) {
  add_pods();
  const api::Requests later{api::Resource::kPods, api::Verb::kList, 1, 1};
  server_.inject(fault::Break{}, later);
  server_.inject(fault::Garbage{}, later);
  server_.inject(fault::Garbage{R"({"kind":"PodList","items":[]})"}, later);
  server_.inject(fault::Garbage{R"({"kind":"NodeList","metadata":{"resourceVersion":"7"}})"},
                 later);
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

TEST_F(ApiSourceList, AgainDropsOnlyWhatIsGone) {
  add_pods();
  follow();
  ASSERT_TRUE(catches_up());
  server_.stop();
  server_.erase(api::Resource::kPods, "default", "crowd-700");
  server_.compact();
  server_.inject(fault::Refuse{410}, {api::Resource::kPods, api::Verb::kList, 2, 1});
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/crowd-700"});
}

TEST_F(ApiSourceList, IsToldAtOnce) {
  server_.erase(api::Resource::kPods, "default", "a");
  server_.erase(api::Resource::kPods, "default", "b");
  std::vector<std::size_t> told;  // pods of each list
  follower_ =
      std::make_unique<Follower>(access_to(server_), short_waits(), [&](const Report& report) {
        for (const auto& [kind, objects] : report.update.lists) {
          if (kind == Kind::kPod) told.push_back(objects.size());
        }
      });
  ASSERT_TRUE(catches_up());
  server_.stop();
  add_pods();
  server_.compact();
  server_.start();
  ASSERT_TRUE(catches_up());
  follower_.reset();
  EXPECT_EQ(told, (std::vector<std::size_t>{0, kPods}));
}

TEST_F(ApiSourceList, ThatDoesNotEndIsLeft) {
  server_.inject(fault::Silence{}, {.verb = api::Verb::kList, .times = 3});
  follow(short_limits());
  EXPECT_TRUE(follows());
}

// Nothing waits for the last resource to be read, which may never finish.
TEST_F(ApiSourceList, TellsOfWhatIsReadBeforeTheLast) {
  server_.deny({.resource = "networkpolicies"});
  follow();
  ASSERT_TRUE(wait_until([&] { return server_.watches(api::Resource::kPods) == 1; }));
  for (int edit = 0; edit < 100; ++edit) {
    server_.put(pod("a", "10.3.0." + std::to_string(edit)));
    server_.put(pod("short-lived-" + std::to_string(edit)));
    server_.erase(api::Resource::kPods, "default", "short-lived-" + std::to_string(edit));
  }
  EXPECT_TRUE(wait_until([&] {
    const auto state = follower_->state();
    const auto found = state.pods().find({"default", "a"});
    return found != state.pods().end() &&
           found->second->addresses == std::vector{*parse_address("10.3.0.99")};
  }));
  EXPECT_FALSE(follower_->synced());
  server_.allow_all();
  EXPECT_TRUE(catches_up());
}

TEST_F(ApiSourceList, IsStreamedWhereTheServerServesThat) {
  server_.set_watch_lists(WatchLists::kServed);
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 1);
  EXPECT_EQ(lists(), 0U);
}

TEST_F(ApiSourceList, IsStreamedAgainAfterAnExpiredWatch) {
  server_.set_watch_lists(WatchLists::kServed);
  follow();
  ASSERT_TRUE(catches_up());
  server_.stop();
  server_.erase(api::Resource::kPods, "default", "a");
  server_.compact();
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 2);
  EXPECT_EQ(lists(), 0U);
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

TEST_F(ApiSourceList, IsPlainWhereTheServerRefusesToStream) {
  server_.set_watch_lists(WatchLists::kRefused);
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 1);
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

// It claims support, and never marks the list's end.
TEST_F(ApiSourceList, IsPlainWhereTheStreamedOneIsNeverComplete) {
  server_.set_watch_lists(WatchLists::kIgnored);
  follow(short_limits());
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
}

TEST_F(ApiSourceList, ThatIsStreamedAndTearsIsNoList) {
  server_.set_watch_lists(WatchLists::kServed);
  server_.inject(fault::Break{.events = 1}, {.verb = api::Verb::kWatch, .times = 3});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{});
}

// Only the next one is requested in pages.
TEST_F(ApiSourceList, IsStreamedAgainAfterOneThatTore) {
  server_.set_watch_lists(WatchLists::kServed);
  server_.inject(fault::Break{.events = 1}, {api::Resource::kPods, api::Verb::kWatch, 0, 1});
  follow();
  ASSERT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 1);
  EXPECT_EQ(lists(), 1U);
  server_.stop();
  server_.erase(api::Resource::kPods, "default", "a");
  server_.compact();
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 2);
  EXPECT_EQ(lists(), 1U);
}

class ApiSourceOldServer : public ApiSourceList {
 protected:
  ApiSourceOldServer() : ApiSourceList({.version = "v1.26.9"}) {
    server_.set_watch_lists(WatchLists::kIgnored);
  }
};

TEST_F(ApiSourceOldServer, IsNotAskedToStream) {
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(streamed_lists(), 0);
  EXPECT_EQ(lists(), 1U);
}

}  // namespace
}  // namespace portcullis::test
