#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/process/wait_until.h"
#include "tests/unit/support/api_server/client.h"

// Each misbehaviour, as a client sees it on the wire.
namespace portcullis::test::api {
namespace {

using State = RawClient::State;
using Where = fault::Break::Where;

constexpr const char* kPods = "/api/v1/pods";
constexpr const char* kWatchPods = "/api/v1/pods?watch=1&allowWatchBookmarks=true";

nlohmann::json pod(const std::string& name) {
  return {{"kind", "Pod"}, {"metadata", {{"name", name}}}, {"spec", nlohmann::json::object()}};
}

class ApiServerFault : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a", "b", "c"}) server_.put(pod(name));
  }

  Server server_;
};

TEST_F(ApiServerFault, RefusesRequests) {
  for (const unsigned code : {401U, 403U, 404U, 410U, 429U, 500U, 503U}) {
    server_.inject(fault::Refuse{code, std::chrono::seconds(3)}, {.resource = Resource::kPods});
    const Answer answer = get(server_.port(), kPods);
    EXPECT_EQ(answer.status, code);
    EXPECT_EQ(answer.fields.at("Retry-After"), "3");
    EXPECT_EQ(answer.json().at("kind"), "Status");
    EXPECT_EQ(answer.json().at("code"), code);
    EXPECT_EQ(get(server_.port(), kPods).status, 200U);
  }
}

TEST_F(ApiServerFault, BreaksAStreamInMidChunk) {
  RawClient client(server_.port(), kWatchPods);
  ASSERT_TRUE(client.read_until("\"name\":\"c\""));
  EXPECT_EQ(server_.disturb(fault::Break{Where::kMidChunk}), 1U);
  EXPECT_EQ(client.read_to_end(), State::kClosed);
  EXPECT_NE(client.received().back(), '\n');
  EXPECT_EQ(server_.watches(Resource::kPods), 0U);
}

}  // namespace
}  // namespace portcullis::test::api
