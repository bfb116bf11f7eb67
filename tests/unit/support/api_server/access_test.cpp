#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/process/http_client.h"
#include "tests/unit/support/api_server/client.h"

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
  server.deny({.verb = "list", .resource = "pods"});
  const Answer denied = get(server.port(), kPods);
  EXPECT_EQ(denied.status, 403U);
  EXPECT_EQ(denied.json()["reason"], "Forbidden");
  EXPECT_EQ(get(server.port(), "/api/v1/namespaces").status, 200U);
  server.allow_all();
  EXPECT_EQ(get(server.port(), kPods).status, 200U);
}

TEST(ApiServerAccess, SaysWhatIsAllowed) {
  Server server;
  server.deny({.verb = "watch", .resource = "networkpolicies"});
  const auto is_allowed = [&](const std::string& verb) {
    const nlohmann::json asked{{"verb", verb}, {"resource", "networkpolicies"}};
    const nlohmann::json review{{"spec", {{"resourceAttributes", asked}}}};
    return ask(server.port(), {.method = "POST",
                               .target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                               .body = review.dump()})
        .json()["status"]["allowed"];
  };
  EXPECT_EQ(is_allowed("list"), true);
  EXPECT_EQ(is_allowed("watch"), false);
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

}  // namespace
}  // namespace portcullis::test::api
