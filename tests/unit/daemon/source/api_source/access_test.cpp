#include "tests/support/process/temporary_directory.h"
#include "tests/support/tls/certificate_authority.h"
#include "tests/unit/daemon/source/api_source/follower.h"

// Reaching the server, and being authorized.
namespace portcullis::test {
namespace {

namespace fault = api::fault;

class ApiSourceConnection : public FollowedServer {};

TEST_F(ApiSourceConnection, ThatIsRefusedIsTriedOn) {
  server_.stop();
  follow();
  ASSERT_TRUE(wait_until([&] { return follower_->troubles().size() == 1; }));
  EXPECT_FALSE(follower_->synced());
  server_.start();
  EXPECT_TRUE(follows());
}

TEST_F(ApiSourceConnection, IsNotMadeBeforeTheStartDelay) {
  auto timing = short_waits();
  timing.start_delay = std::chrono::milliseconds(100);
  const auto before = std::chrono::steady_clock::now();
  follow(timing);
  ASSERT_TRUE(wait_until([&] { return !server_.requests().empty(); }));
  EXPECT_GE(std::chrono::steady_clock::now() - before, timing.start_delay);
  EXPECT_TRUE(follows());
}

TEST_F(ApiSourceConnection, ThatIsLostAndRefusedIsTriedOn) {
  follow();
  ASSERT_TRUE(follows());
  for (int outage = 0; outage < 3; ++outage) {
    server_.stop();
    ASSERT_TRUE(wait_until([&] { return !follower_->trouble("pods").empty(); }));
    server_.start();
    EXPECT_TRUE(follows());
  }
  EXPECT_EQ(lists(), 1U);
  EXPECT_TRUE(wait_until([&] { return follower_->trouble("pods").empty(); }));
}

TEST_F(ApiSourceConnection, ThroughAProxyNamesIt) {
  k8s::ClusterAccess access;
  access.server = "https://api.test:6443";
  access.proxy = "http://127.0.0.1:1";
  follower_ = std::make_unique<Follower>(access);
  ASSERT_TRUE(wait_until([&] { return !follower_->troubles().empty(); }));
  EXPECT_EQ(follower_->troubles()[0],
            "https://api.test:6443 through the proxy 127.0.0.1:1: connection refused");
}

// Once in a bookmark interval, if the version has changed.
TEST_F(ApiSourceConnection, ThatMayOnlyBeListedIsListedAgain) {
  auto timing = short_waits();
  timing.bookmark_interval = std::chrono::seconds(1);
  server_.deny({.verb = "watch", .resource = "pods"});
  follow(timing);
  ASSERT_TRUE(catches_up());
  server_.put(pod("c"));
  EXPECT_TRUE(catches_up());
  EXPECT_GE(lists(), 2U);
}

TEST_F(ApiSourceConnection, ThatNobodyReadsFromIsLeft) {
  follow(short_limits());
  ASSERT_TRUE(follows());
  server_.ignore_connections(true);
  server_.drop_connections();
  ASSERT_TRUE(wait_until(
      [&] { return follower_->trouble("pods").find("no data for 1 s") != std::string::npos; }));
  server_.ignore_connections(false);
  EXPECT_TRUE(follows());
}

const CertificateAuthority& authority() {
  static const CertificateAuthority kAuthority;
  return kAuthority;
}

api::Tls for_name(const std::string& name) {
  const auto issued = authority().issue_server({name});
  return {issued.certificate, issued.key};
}

k8s::ClusterAccess trusting(const api::Server& server, const std::string& ca) {
  auto access = access_to(server);
  access.ca.value = ca;
  return access;
}

class ApiSourceToken : public FollowedServer {
 protected:
  ApiSourceToken() : FollowedServer({.tls = for_name("127.0.0.1"), .tokens = {"first"}}) {
    write_file(token_, "first");
    access_ = trusting(server_, authority().certificate());
    access_.token.file = token_;
  }

  TemporaryDirectory directory_;
  const std::string token_ = directory_ / "token";
  k8s::ClusterAccess access_;
};

TEST_F(ApiSourceToken, ThatWasRotatedIsReadAgain) {
  follower_ = std::make_unique<Follower>(access_);
  ASSERT_TRUE(follows());
  for (const auto* token : {"second", "third"}) {
    write_file(token_, token);
    server_.set_tokens({token});
    server_.end_watches();
    EXPECT_TRUE(follows()) << token;
  }
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(server_.requests().back().field("authorization"), "Bearer third");
}

TEST_F(ApiSourceToken, ThatIsRefusedIsReadAgainUntilItIsGood) {
  server_.set_tokens({"second"});
  follower_ = std::make_unique<Follower>(access_);
  ASSERT_TRUE(wait_until([&] { return !follower_->troubles().empty(); }));
  EXPECT_EQ(follower_->troubles()[0], "401 Unauthorized: Unauthorized");
  EXPECT_FALSE(follower_->synced());
  write_file(token_, "second");
  EXPECT_TRUE(follows());
}

TEST_F(ApiSourceToken, ThatCannotBeReadIsATroubleUntilItCan) {
  std::filesystem::remove(token_);
  follower_ = std::make_unique<Follower>(access_);
  ASSERT_TRUE(wait_until([&] { return !follower_->troubles().empty(); }));
  EXPECT_NE(follower_->troubles()[0].find(token_), std::string::npos) << follower_->troubles()[0];
  write_file(token_, "first");
  EXPECT_TRUE(follows());
}

class ApiSourceTls : public testing::Test {
 protected:
  // The prefix of the reported trouble.
  static std::string trouble(const Follower& follower) {
    EXPECT_TRUE(wait_until([&] { return !follower.trouble("pods").empty(); }));
    EXPECT_FALSE(follower.synced());
    return follower.trouble("pods");
  }
};

TEST_F(ApiSourceTls, IsFollowed) {
  api::Server server({.tls = for_name("127.0.0.1")});
  server.put(pod("a"));
  const Follower follower(trusting(server, authority().certificate()));
  EXPECT_TRUE(wait_until([&] { return same(follower.state(), decoded(server)); }));
  server.drop_connections();
  server.put(pod("b"));
  EXPECT_TRUE(wait_until([&] { return same(follower.state(), decoded(server)); }));
}

TEST_F(ApiSourceTls, OfAnotherNameTellsNothing) {
  api::Server server({.tls = for_name("elsewhere")});
  server.put(pod("a"));
  const Follower follower(trusting(server, authority().certificate()));
  EXPECT_EQ(
      trouble(follower),
      server.url() + ": certificate is for another name: it names DNS:elsewhere, not 127.0.0.1");
  EXPECT_TRUE(server.requests().empty());
  server.set_tls(for_name("127.0.0.1"));
  EXPECT_TRUE(wait_until([&] { return same(follower.state(), decoded(server)); }));
}

TEST_F(ApiSourceTls, OfAnotherAuthorityTellsNothing) {
  api::Server server({.tls = for_name("127.0.0.1")});
  server.put(pod("a"));
  const Follower follower(trusting(server, CertificateAuthority("Another").certificate()));
  EXPECT_EQ(trouble(follower), server.url() +
                                   ": certificate not trusted: issuer CN=Test CA; is the "
                                   "certificate authority the server's?");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ApiSourceTls, ThatHasExpiredTellsNothing) {
  const auto past = std::chrono::hours(-2);
  const auto issued =
      authority().issue({"s", {}, {"127.0.0.1"}, past, past + std::chrono::hours(1)});
  const api::Server server({.tls = api::Tls{issued.certificate, issued.key}});
  const Follower follower(trusting(server, authority().certificate()));
  EXPECT_EQ(trouble(follower).rfind(server.url() + ": certificate expired on ", 0), 0U)
      << trouble(follower);
}

// Accepted and closed, before the handshake or in the middle of a response.
TEST_F(ApiSourceTls, ThatIsClosedIsSaidToBe) {
  api::Server server({.tls = for_name("127.0.0.1")});
  server.inject(fault::Break{}, {.verb = api::Verb::kList, .times = api::kAlways});
  const Follower follower(trusting(server, authority().certificate()));
  EXPECT_EQ(trouble(follower), server.url() + ": connection closed by the server");
}

}  // namespace
}  // namespace portcullis::test
