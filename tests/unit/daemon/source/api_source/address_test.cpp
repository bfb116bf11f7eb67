#include <gmock/gmock.h>

#include "tests/support/gateway/dead_address.h"
#include "tests/support/tls/certificate_authority.h"
#include "tests/unit/daemon/source/api_source/follower.h"

// A server whose name has several addresses, and not all of them answer.
namespace portcullis::test {
namespace {

k8s::Resolve resolving(const std::vector<std::string>& addresses) {
  return [addresses](const std::string& host) -> Result<k8s::Addresses> {
    if (host != "api.test") return failure(ErrorCode::kIo, "cannot resolve " + host);
    k8s::Addresses found;
    for (const auto& address : addresses) found.push_back(boost::asio::ip::make_address(address));
    return found;
  };
}

const CertificateAuthority& issuer() {
  static const CertificateAuthority kIssuer;
  return kIssuer;
}

api::Setup with_tls() {
  const auto issued = issuer().issue_server({"api.test"});
  return {.tls = api::Tls{issued.certificate, issued.key}};
}

class ApiSourceAddresses : public FollowedServer {
 protected:
  ApiSourceAddresses() : FollowedServer(with_tls()) {
    access_.server = "https://api.test:" + std::to_string(server_.port());
    access_.ca.value = issuer().certificate();
  }

  // At the server's port, with its certificate; each request is refused with `code`.
  std::unique_ptr<api::Server> broken(const std::string& address, unsigned code) const {
    const auto issued = issuer().issue_server({"api.test"});
    auto server =
        std::make_unique<api::Server>(api::Setup{.address = address,
                                                 .port = server_.port(),
                                                 .tls = api::Tls{issued.certificate, issued.key}});
    server->inject(api::fault::Refuse{code}, {.times = api::kAlways});
    return server;
  }

  void follow_at(const std::vector<std::string>& addresses) {
    follower_ = std::make_unique<Follower>(
        access_, short_limits(), std::function<void(const Report&)>{}, resolving(addresses));
  }

  k8s::ClusterAccess access_;
};

TEST_F(ApiSourceAddresses, OfWhichTheFirstIsDead) {
  const DeadAddress dead("127.0.0.2", server_.port());
  follow_at({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(follows());
  EXPECT_EQ(lists(), 1U);
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceAddresses, OfWhichTheFirstRefuses) {
  follow_at({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceAddresses, OfWhichTheFirstSaysNothing) {
  api::Server silent({.address = "127.0.0.2", .port = server_.port()});
  silent.ignore_connections(true);
  follow_at({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(follows());
  EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
}

TEST_F(ApiSourceAddresses, OfWhichTheFirstOnlyHasErrors) {
  for (const unsigned code : {500U, 503U}) {
    const auto first = broken("127.0.0.2", code);
    follow_at({"127.0.0.2", "127.0.0.1"});
    EXPECT_TRUE(follows()) << code;
    EXPECT_FALSE(first->requests().empty());
    EXPECT_EQ(follower_->troubles(), std::vector<std::string>{});
    follower_.reset();
  }
}

// Which one is tried last depends on what the requests of other resources have met.
TEST_F(ApiSourceAddresses, ThatAllHaveErrorsAreToldByTheLast) {
  const auto first = broken("127.0.0.2", 503);
  server_.inject(api::fault::Refuse{503}, {api::Resource::kPods, api::Verb::kList, 0, 2});
  follow_at({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(follows());
  ASSERT_FALSE(follower_->troubles().empty());
  EXPECT_EQ(follower_->troubles()[0].rfind("503 ServiceUnavailable: ", 0), 0U);
}

TEST_F(ApiSourceAddresses, OfWhichTheFirstIsSomeoneElse) {
  const auto impostor = CertificateAuthority("Another").issue_server({"api.test"});
  const api::Server other({.address = "127.0.0.2",
                           .port = server_.port(),
                           .tls = api::Tls{impostor.certificate, impostor.key}});
  follow_at({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(follows());
  EXPECT_EQ(other.requests().size(), 0U);
}

// An address that responded is not abandoned for one that did not.
TEST_F(ApiSourceAddresses, AreNotTriedAgainWhileOneAnswers) {
  api::Server silent({.address = "127.0.0.2", .port = server_.port()});
  silent.ignore_connections(true);
  follow_at({"127.0.0.2", "127.0.0.1"});
  ASSERT_TRUE(follows());
  silent.ignore_connections(false);
  server_.end_watches();
  EXPECT_TRUE(follows());
  EXPECT_EQ(silent.requests().size(), 0U);
}

// By the one tried last: the second, unless another request has met the failure of the first.
TEST_F(ApiSourceAddresses, ThatAllFailAreNamed) {
  server_.stop();
  follow_at({"127.0.0.2", "127.0.0.1"});
  ASSERT_TRUE(wait_until([&] { return !follower_->troubles().empty(); }));
  const auto trouble = [&](const std::string& address) {
    return access_.server + " (" + address + "): connection refused";
  };
  EXPECT_THAT(follower_->troubles()[0], testing::AnyOf(trouble("127.0.0.1"), trouble("127.0.0.2")));
  server_.start();
  EXPECT_TRUE(follows());
}

TEST_F(ApiSourceAddresses, ThatCannotBeResolvedAreNamed) {
  access_.server = "https://other.test:1";
  follow_at({});
  ASSERT_TRUE(wait_until([&] { return !follower_->troubles().empty(); }));
  EXPECT_EQ(follower_->troubles()[0], access_.server + ": cannot resolve other.test");
}

}  // namespace
}  // namespace portcullis::test
