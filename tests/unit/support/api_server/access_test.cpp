#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/process/http_client.h"
#include "tests/unit/support/api_server/certificates.h"
#include "tests/unit/support/api_server/client.h"
#include "tests/unit/support/api_server/kubectl.h"

// Who is authorized, by what means, and from where.
namespace portcullis::test::api {
namespace {

unsigned status_with(const Server& server, const std::string& authorization) {
  return ask(server.port(), {.target = kPods, .fields = {{"Authorization", authorization}}}).status;
}

TEST(ApiServerAccess, NeedsAToken) {
  Server server({.tokens = {"old"}});
  EXPECT_EQ(get(server.port(), kPods).status, 401U);
  EXPECT_EQ(get(server.port(), kPods).json()["reason"], "Unauthorized");
  EXPECT_EQ(get(server.port(), "/version").status, 401U);
  EXPECT_EQ(status_with(server, "Bearer old"), 200U);
  EXPECT_EQ(status_with(server, "Bearer older"), 401U);
  EXPECT_EQ(status_with(server, "Basic old"), 401U);
}

TEST(ApiServerAccess, ARotatedTokenMakesTheOldOneInvalid) {
  Server server({.tokens = {"old"}});
  server.set_tokens({"new"});
  EXPECT_EQ(status_with(server, "Bearer old"), 401U);
  EXPECT_EQ(status_with(server, "Bearer new"), 200U);
}

TEST(ApiServerAccess, DeniesByRules) {
  Server server;
  server.deny({.verb = "list", .resource = "pods", .ns = ""});
  const Answer denied = get(server.port(), kPods);
  EXPECT_EQ(denied.status, 403U);
  EXPECT_EQ(denied.json()["reason"], "Forbidden");
  EXPECT_EQ(get(server.port(), "/api/v1/namespaces/shop/pods").status, 200U);
  EXPECT_EQ(get(server.port(), "/api/v1/namespaces").status, 200U);
}

// A network namespace only has its own loopback.
TEST(ApiServerAccess, ListensInTheNamespaceOfItsMaker) {
  const auto network = NetworkNamespace::create();
  if (!network) SKIP_WITHOUT_NF_TABLES(network.error().message);
  std::unique_ptr<Server> server;
  network->run([&] {
    bring_loopback_up();
    server = std::make_unique<Server>();
  });
  const auto status_there = [&] {
    int status = 0;
    network->run([&] { status = http_get("127.0.0.1", server->port(), kPods).status; });
    return status;
  };
  EXPECT_EQ(status_there(), 200);
  EXPECT_EQ(http_get("127.0.0.1", server->port(), kPods).status, 0);
  server->stop();
  EXPECT_EQ(status_there(), 0);
  server->start();
  EXPECT_EQ(status_there(), 200);
}

class ApiServerTls : public testing::Test {
 protected:
  void SetUp() override {
    if (!Kubectl::installed()) GTEST_SKIP() << "kubectl is not installed";
    if (pems_.authority.empty()) GTEST_SKIP() << "openssl is not installed";
  }

  Finished get_namespaces(const Server& server, const Kubectl::Credentials& credentials) {
    return Kubectl(server.url(), credentials).run({"get", "namespaces", "-o", "name"});
  }

  static bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  }

  const Certificates pems_ = make_certificates();
};

TEST_F(ApiServerTls, ServesTokensOverTls) {
  Server server({.tls = Tls{pems_.server.certificate, pems_.server.key}, .tokens = {"good"}});
  server.apply("{kind: Namespace, metadata: {name: shop}}");
  EXPECT_EQ(get_namespaces(server, {.authority = pems_.authority, .token = "good"}).out,
            "namespace/shop\n");
  EXPECT_TRUE(contains(get_namespaces(server, {.authority = pems_.authority, .token = "bad"}).err,
                       "You must be logged in to the server"));
  EXPECT_TRUE(contains(
      get_namespaces(server, {.authority = pems_.stranger.certificate, .token = "good"}).err,
      "x509: "));
}

TEST_F(ApiServerTls, LetsInWhoShowsACertificateOfTheAuthority) {
  Server server({.tls = Tls{pems_.server.certificate, pems_.server.key, pems_.authority}});
  server.apply("{kind: Namespace, metadata: {name: shop}}");
  const Kubectl::Credentials known{.authority = pems_.authority,
                                   .certificate = pems_.client.certificate,
                                   .key = pems_.client.key};
  EXPECT_EQ(get_namespaces(server, known).out, "namespace/shop\n");
  const Kubectl::Credentials unknown{.authority = pems_.authority,
                                     .certificate = pems_.stranger.certificate,
                                     .key = pems_.stranger.key};
  for (const auto& credentials :
       {unknown, Kubectl::Credentials{.authority = pems_.authority, .token = "x"}}) {
    EXPECT_TRUE(contains(get_namespaces(server, credentials).err, "You must be logged in"));
  }
}

TEST_F(ApiServerTls, ShowsANewCertificate) {
  Server server({.tls = Tls{pems_.server.certificate, pems_.server.key}});
  server.set_tls({pems_.stranger.certificate, pems_.stranger.key});
  EXPECT_TRUE(
      contains(get_namespaces(server, {.authority = pems_.authority, .token = "x"}).err, "x509: "));
}

}  // namespace
}  // namespace portcullis::test::api
