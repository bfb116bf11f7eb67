#include "tests/unit/daemon/source/api_source/follower.h"

// How everything is read: in one piece or in pages.
namespace portcullis::test {
namespace {

namespace fault = api::fault;

constexpr int kPods = 1300;  // of three pages

class ApiSourceList : public FollowedServer {
 protected:
  void add_pods() {
    for (int number = 0; number < kPods; ++number) {
      server_.put(pod("crowd-" + std::to_string(number)));
    }
  }

  // The first list breaks off, so that the next one is in pages.
  void begin_in_pages() {
    server_.inject(fault::Break{}, {api::Resource::kPods, api::Verb::kList, 0, 1});
  }

  // What the requests for pods limited a page to; "": nothing.
  std::vector<std::string> limits() const {
    std::vector<std::string> limits;
    for (const auto& request : server_.requests()) {
      if (request.resource == api::Resource::kPods && request.verb == api::Verb::kList) {
        limits.push_back(request.parameter("limit"));
      }
    }
    return limits;
  }
};

using Limits = std::vector<std::string>;

// From a server that answers in JSON, which has to be complete to be read, only the first time.
TEST_F(ApiSourceList, ComesInOnePiece) {
  add_pods();
  follow();
  ASSERT_TRUE(follows());
  EXPECT_EQ(limits(), Limits{""});
  server_.stop();
  server_.erase(api::Resource::kPods, "default", "a");
  server_.compact();
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U + 3U);
  EXPECT_EQ(limits().back(), "500");
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

// Nothing has failed.
TEST_F(ApiSourceList, ComesInPagesIfItIsTooLongInJson) {
  server_.inject(fault::EndlessLine{}, {api::Resource::kPods, api::Verb::kList, 0, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500"}));
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

// A tenant may fill pages with large objects.
TEST_F(ApiSourceList, ComesInSmallerPagesIfPagesAreTooLong) {
  server_.inject(fault::EndlessLine{}, {api::Resource::kPods, api::Verb::kList, 0, 4});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500", "50", "5", "1", "1"}));
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceList, ComesInSmallerPagesFromWhereAPageWasTooLong) {
  add_pods();
  begin_in_pages();
  server_.inject(fault::EndlessLine{}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  follow();
  EXPECT_TRUE(follows());
  const auto asked = limits();
  ASSERT_EQ(asked.size(), 3U + (kPods + 2 - 500 + 49) / 50);
  EXPECT_EQ(Limits(asked.begin(), asked.begin() + 5), (Limits{"", "500", "500", "50", "50"}));
}

TEST_F(ApiSourceList, WithAnObjectThatIsTooLongFails) {
  server_.inject(fault::EndlessLine{}, {api::Resource::kPods, api::Verb::kList, 0, 5});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->troubles(),
            std::vector<std::string>{"the API server sent a page of pods that is too long"});
}

// Nothing is known of how a list would have come.
TEST_F(ApiSourceList, StaysInOnePieceWhileTheServerCannotBeReached) {
  server_.stop();
  follow();
  ASSERT_TRUE(wait_until([&] { return !follower_->trouble("pods").empty(); }));
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), Limits{""});
}

TEST_F(ApiSourceList, ComesInPagesAfterOneThatBrokeOff) {
  add_pods();
  begin_in_pages();
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500", "500", "500"}));
}

TEST_F(ApiSourceList, ComesInPagesAfterOneThatTookTooLong) {
  add_pods();
  server_.inject(fault::Refuse{504}, {api::Resource::kPods, api::Verb::kList, 0, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500", "500", "500"}));
}

TEST_F(ApiSourceList, ComesInOnePieceAfterARefusal) {
  add_pods();
  server_.inject(fault::Refuse{429}, {api::Resource::kPods, api::Verb::kList, 0, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", ""}));
}

// In one piece: the pages would expire again.
TEST_F(ApiSourceList, ThatExpiresBetweenPagesBeginsAnew) {
  add_pods();
  begin_in_pages();
  server_.inject(fault::Refuse{410}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500", "500", ""}));
  EXPECT_NE(follower_->troubles().back().find("410"), std::string::npos);
}

// If that does not arrive, the next one is requested in pages again.
TEST_F(ApiSourceList, ThatExpiresBetweenPagesIsAskedForWholeOnlyOnce) {
  add_pods();
  begin_in_pages();
  server_.inject(fault::Refuse{410}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  server_.inject(fault::Break{}, {api::Resource::kPods, api::Verb::kList, 1, 1});
  follow();
  EXPECT_TRUE(follows());
  EXPECT_EQ(limits(), (Limits{"", "500", "500", "", "500", "500", "500"}));
}

TEST_F(ApiSourceList, WhosePagesAreBrokenBeginsAnew) {
  add_pods();
  begin_in_pages();
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

// Until it is complete nothing is followed, however well it trickles. The first list after an
// interruption only tells the version.
TEST_F(ApiSourceList, ThatTakesLongIsReportedAndUsed) {
  for (const std::size_t skipped : {0U, 1U}) {
    auto timing = short_waits();
    timing.slow_list = std::chrono::seconds(1);
    follow(timing);
    ASSERT_TRUE(follows());
    server_.inject(fault::Drip{std::chrono::milliseconds(5)},
                   {api::Resource::kPods, api::Verb::kList, skipped, 1});
    server_.stop();
    server_.put(pod("b"));
    server_.compact();
    server_.start();
    EXPECT_TRUE(wait_until([&] {
      return follower_->trouble("pods").find("not complete after 1 s") != std::string::npos;
    }));
    EXPECT_TRUE(follows());
    EXPECT_EQ(follower_->trouble("pods"), "");
  }
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

}  // namespace
}  // namespace portcullis::test
