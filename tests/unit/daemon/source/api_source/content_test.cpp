#include "tests/unit/daemon/source/api_source/follower.h"

// Objects that are malformed, or huge.
namespace portcullis::test {
namespace {

using Json = nlohmann::json;

Json malformed_policy() {
  return {{"kind", "NetworkPolicy"},
          {"apiVersion", "networking.k8s.io/v1"},
          {"metadata", {{"name", "bad"}, {"namespace", "default"}}},
          {"spec", {{"podSelector", Json::object()}, {"ingress", {{{"from", "everyone"}}}}}}};
}

Json good_policy(const std::string& name) {
  auto policy = malformed_policy();
  policy["metadata"]["name"] = name;
  policy["spec"]["ingress"] = Json::array();
  return policy;
}

Json huge_pod(const std::string& name) {
  auto huge = pod(name);
  huge["metadata"]["annotations"] = {{"huge", std::string(20U << 20U, 'x')}};
  return huge;
}

class ApiSourceContent : public FollowedServer {
 protected:
  // Exactly one problem, with these words.
  void expect_problem(const std::string& object, const std::string& field) {
    ASSERT_TRUE(wait_until([&] { return follower_->problems().size() == 1; }));
    const auto problem = follower_->problems()[0];
    EXPECT_NE(problem.find(object), std::string::npos) << problem;
    EXPECT_NE(problem.find(field), std::string::npos) << problem;
    EXPECT_TRUE(follower_->state().policies().at({"default", "bad"})->malformed);
  }
};

TEST_F(ApiSourceContent, AMalformedObjectInAListIsNamedAndClosed) {
  for (const auto& policy : {good_policy("a"), malformed_policy(), good_policy("z")}) {
    server_.put(policy);
  }
  follow();
  EXPECT_TRUE(follows());
  expect_problem("NetworkPolicy default/bad", "spec.ingress[0].from");
  EXPECT_EQ(lists(), 1U);
}

TEST_F(ApiSourceContent, AMalformedObjectInAStreamIsNamedUntilItIsMended) {
  follow();
  ASSERT_TRUE(follows());
  for (const auto& policy : {good_policy("a"), malformed_policy(), good_policy("z")}) {
    server_.put(policy);
  }
  EXPECT_TRUE(follows());
  expect_problem("NetworkPolicy default/bad", "spec.ingress[0].from");
  server_.put(good_policy("bad"));
  EXPECT_TRUE(follows());
  EXPECT_TRUE(wait_until([&] { return follower_->problems().empty(); }));
  EXPECT_EQ(server_.count(api::Resource::kNetworkPolicies, api::Verb::kList), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceContent, ADeletedMalformedObjectIsNoProblem) {
  server_.put(malformed_policy());
  follow();
  ASSERT_TRUE(follows());
  expect_problem("NetworkPolicy default/bad", "spec.ingress[0].from");
  server_.stop();
  server_.erase(api::Resource::kNetworkPolicies, "default", "bad");
  server_.compact();
  server_.start();
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->problems(), std::vector<std::string>{});
}

TEST_F(ApiSourceContent, AHugeObjectIsReadInAListAndInAStream) {
  server_.put(huge_pod("huge-in-list"));
  follow();
  EXPECT_TRUE(follows());
  server_.put(huge_pod("huge-in-stream"));
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceContent, AFinishedPodStaysUntilItIsDeleted) {
  follow();
  ASSERT_TRUE(follows());
  auto finished = pod("a");
  finished["status"]["phase"] = "Succeeded";
  server_.put(finished);
  EXPECT_TRUE(follows());
  EXPECT_TRUE(follower_->state().pods().at({"default", "a"})->finished());
}

}  // namespace
}  // namespace portcullis::test
