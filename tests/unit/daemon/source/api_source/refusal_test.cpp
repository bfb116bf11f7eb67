#include "tests/unit/daemon/source/api_source/follower.h"

// Servers that temporarily reject requests.
namespace portcullis::test {
namespace {

namespace fault = api::fault;
using api::Verb;
using std::chrono::seconds;
using std::chrono::steady_clock;

struct Refused {
  std::string name;
  unsigned code;
  Verb verb;
};

class ApiSourceRefusal : public FollowedServer, public testing::WithParamInterface<Refused> {};

TEST_P(ApiSourceRefusal, IsToldAndOvercome) {
  server_.inject(fault::Refuse{GetParam().code}, {api::Resource::kPods, GetParam().verb, 0, 3});
  follow();
  EXPECT_TRUE(follows());
  ASSERT_EQ(follower_->troubles().size(), 1U);
  EXPECT_EQ(follower_->troubles()[0].rfind(std::to_string(GetParam().code) + ' ', 0), 0U);
  EXPECT_TRUE(wait_until([&] { return follower_->trouble("pods").empty(); }));
  EXPECT_EQ(server_.count(api::Resource::kPods, GetParam().verb), 4U);
}

// The first rejected one was sent after `before`, and the next one has arrived by `after`.
TEST_P(ApiSourceRefusal, IsNotAskedAgainSoonerThanAskedFor) {
  server_.inject(fault::Refuse{GetParam().code, seconds(1)},
                 {api::Resource::kPods, GetParam().verb});
  const auto before = steady_clock::now();
  follow();
  ASSERT_TRUE(
      wait_until([&] { return server_.count(api::Resource::kPods, GetParam().verb) >= 2; }));
  const auto after = steady_clock::now();
  EXPECT_GE(after - before, seconds(1));
  EXPECT_TRUE(follows());
}

INSTANTIATE_TEST_SUITE_P(With, ApiSourceRefusal,
                         testing::Values(Refused{"TooManyRequestsForAList", 429, Verb::kList},
                                         Refused{"TooManyRequestsForAWatch", 429, Verb::kWatch},
                                         Refused{"UnavailableForAList", 503, Verb::kList},
                                         Refused{"UnavailableForAWatch", 503, Verb::kWatch},
                                         Refused{"InternalErrorForAList", 500, Verb::kList},
                                         Refused{"InternalErrorForAWatch", 500, Verb::kWatch}),
                         [](const auto& test) { return test.param.name; });

class ApiSourceForbidden : public FollowedServer {};

TEST_F(ApiSourceForbidden, AtFirstTellsNothingUntilAllowed) {
  server_.deny({.verb = "list", .resource = "networkpolicies"});
  follow();
  ASSERT_TRUE(wait_until([&] {
    return server_.count(api::Resource::kNetworkPolicies, Verb::kList) >= 3 &&
           server_.watches(api::Resource::kPods) == 1;
  }));
  EXPECT_FALSE(follower_->synced());
  EXPECT_TRUE(wait_until([&] { return follower_->synced("namespaces"); }));
  EXPECT_TRUE(follower_->synced("pods"));
  EXPECT_FALSE(follower_->synced("networkpolicies"));
  EXPECT_EQ(follower_->trouble("networkpolicies").rfind("403 Forbidden: networkpolicies is ", 0),
            0U)
      << follower_->trouble("networkpolicies");
  EXPECT_EQ(follower_->trouble("pods"), "");
  server_.allow_all();
  EXPECT_TRUE(follows());
  EXPECT_TRUE(follower_->synced("networkpolicies"));
  EXPECT_EQ(follower_->trouble("networkpolicies"), "");
}

TEST_F(ApiSourceForbidden, LaterKeepsWhatWasSaid) {
  follow();
  ASSERT_TRUE(follows());
  const auto known = follower_->state();
  server_.deny({.resource = "pods"});
  server_.end_watches();
  ASSERT_TRUE(wait_until([&] { return !follower_->trouble("pods").empty(); }));
  server_.erase(api::Resource::kPods, "default", "a");
  server_.compact();
  const auto before = server_.requests().size();
  ASSERT_TRUE(wait_until([&] { return server_.requests().size() >= before + 3; }));
  EXPECT_TRUE(same(follower_->state(), known));
  server_.allow_all();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->trouble("pods"), "");
  EXPECT_EQ(follower_->removed(), std::vector<std::string>{"default/a"});
}

}  // namespace
}  // namespace portcullis::test
