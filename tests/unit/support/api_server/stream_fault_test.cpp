#include <gtest/gtest.h>

#include "tests/support/api_server/server.h"
#include "tests/support/process/wait_until.h"
#include "tests/unit/support/api_server/client.h"

// Faults of running watch streams and of connections, as a client sees them on the wire.
namespace portcullis::test::api {
namespace {

using State = RawClient::State;
using Where = fault::Break::Where;
using fault::Ending;

constexpr const char* kWatchWithBookmarks = "/api/v1/pods?watch=1&allowWatchBookmarks=true";

class ApiServerStreamFault : public testing::Test {
 protected:
  void SetUp() override {
    put("a");
    put("b");
    client_ = std::make_unique<RawClient>(server_.port(), kWatchWithBookmarks);
    ASSERT_TRUE(client_->read_until("\"name\":\"b\""));
    client_->forget();
  }

  std::uint64_t put(const std::string& name) {
    return server_.put({{"kind", "Pod"}, {"metadata", {{"name", name}}}});
  }

  State quiet() { return client_->read_for(std::chrono::milliseconds(100)); }

  Server server_;
  std::unique_ptr<RawClient> client_;
};

TEST_F(ApiServerStreamFault, BreaksOffInAChunk) {
  EXPECT_EQ(server_.disturb(fault::Break{Where::kMidChunk}), 1U);
  EXPECT_EQ(client_->read_to_end(), State::kClosed);
  EXPECT_EQ(count_of(client_->received(), "{\"type\":\"ADDED\""), 1U);
  EXPECT_EQ(count_of(client_->received(), "\n}"), 0U);
  EXPECT_FALSE(client_->received().ends_with("\r\n"));
  EXPECT_EQ(server_.watches(Resource::kPods), 0U);
}

TEST_F(ApiServerStreamFault, BreaksOffInAnObject) {
  server_.disturb(fault::Break{Where::kMidObject, Ending::kReset});
  EXPECT_EQ(client_->read_to_end(), State::kReset);
}

TEST_F(ApiServerStreamFault, BreaksOffInAnEventToCome) {
  server_.disturb(fault::Break{.where = Where::kMidObject, .events = 1});
  put("c");
  put("d");
  EXPECT_EQ(client_->read_to_end(), State::kClosed);
  EXPECT_EQ(count_of(client_->received(), "\"name\":\"c\""), 1U);
  EXPECT_EQ(count_of(client_->received(), "}\n\r\n"), 1U);
  EXPECT_TRUE(client_->received().ends_with("\r\n"));
  EXPECT_FALSE(client_->received().ends_with(kLastChunk));
}

TEST_F(ApiServerStreamFault, EndsWithAnError) {
  server_.disturb(fault::Refuse{410});
  EXPECT_TRUE(client_->read_until(kLastChunk));
  EXPECT_EQ(count_of(client_->received(), "{\"type\":\"ERROR\",\"object\":{"), 1U);
  EXPECT_EQ(count_of(client_->received(), "\"reason\":\"Expired\""), 1U);
  EXPECT_EQ(server_.watches(Resource::kPods), 0U);
}

TEST_F(ApiServerStreamFault, Drips) {
  server_.disturb(fault::Drip{std::chrono::milliseconds(1)});
  const int before = client_->reads();
  put("c");
  EXPECT_TRUE(client_->read_until("}\n\r\n"));
  EXPECT_GT(client_->reads() - before, 10);
}

TEST_F(ApiServerStreamFault, PutsGarbageBetweenEvents) {
  server_.disturb(fault::Garbage{"garbage"});
  put("c");
  EXPECT_TRUE(client_->read_until("\"name\":\"c\""));
  EXPECT_TRUE(client_->received().starts_with("8\r\ngarbage\n\r\n")) << client_->received();
}

TEST_F(ApiServerStreamFault, NeverEndsALine) {
  server_.disturb(fault::EndlessLine{});
  EXPECT_TRUE(client_->read_until(std::string(1U << 16, 'x')));
  EXPECT_EQ(count_of(client_->received(), "\n{"), 1U);
  EXPECT_EQ(count_of(client_->received(), "}\n"), 0U);
}

TEST_F(ApiServerStreamFault, SendsADuplicate) {
  server_.disturb(fault::Replay{1});
  put("c");
  EXPECT_TRUE(client_->read_until("\"name\":\"c\""));
  EXPECT_EQ(count_of(client_->received(), "\"name\":\"a\""), 0U);
  EXPECT_EQ(count_of(client_->received(), "\"name\":\"b\""), 1U);
}

TEST_F(ApiServerStreamFault, SendsOldEventsAfterNewOnes) {
  put("c");
  server_.disturb(fault::Replay{3});
  put("d");
  EXPECT_TRUE(client_->read_until("\"name\":\"d\""));
  const std::string& received = client_->received();
  EXPECT_LT(received.find("\"name\":\"c\""), received.find("\"name\":\"a\""));
  EXPECT_LT(received.find("\"name\":\"a\""), received.find("\"name\":\"b\""));
  EXPECT_EQ(count_of(received, "\"name\":\"c\""), 2U);
}

TEST_F(ApiServerStreamFault, SendsBookmarksOnly) {
  const auto version = server_.resource_version();
  server_.disturb(fault::BookmarksOnly{});
  put("c");
  server_.send_bookmarks();
  EXPECT_TRUE(client_->read_until("\"type\":\"BOOKMARK\""));
  EXPECT_TRUE(client_->read_until("\"resourceVersion\":\"" + std::to_string(version) + "\""));
  EXPECT_EQ(count_of(client_->received(), "\"name\":\"c\""), 0U);
}

TEST_F(ApiServerStreamFault, FallsSilent) {
  server_.disturb(fault::Silence{});
  put("c");
  server_.send_bookmarks();
  EXPECT_EQ(quiet(), State::kOpen);
  EXPECT_EQ(client_->received(), "");
  EXPECT_EQ(server_.watches(Resource::kPods), 1U);
  EXPECT_EQ(count_of(get(server_.port(), "/api/v1/pods").body, "\"name\":\"c\""), 1U);
}

TEST_F(ApiServerStreamFault, DisturbsTheStreamsOfOneResource) {
  RawClient namespaces(server_.port(), "/api/v1/namespaces?watch=1");
  ASSERT_TRUE(wait_until([&] { return server_.watches(Resource::kNamespaces) == 1; }));
  EXPECT_EQ(server_.disturb(fault::Break{}, Resource::kNamespaces), 1U);
  EXPECT_EQ(namespaces.read_to_end(), State::kClosed);
  EXPECT_EQ(server_.watches(Resource::kPods), 1U);
}

TEST_F(ApiServerStreamFault, RefusesConnectionsAndComesBack) {
  const auto version = server_.resource_version();
  server_.stop();
  EXPECT_EQ(client_->read_to_end(), State::kReset);
  EXPECT_FALSE(RawClient(server_.port(), kWatchWithBookmarks).connected());
  put("c");  // while it is away
  server_.start();
  RawClient again(server_.port(),
                  std::string(kWatchWithBookmarks) + "&resourceVersion=" + std::to_string(version));
  EXPECT_TRUE(again.read_until("\"name\":\"c\""));
  EXPECT_EQ(count_of(again.received(), "\"name\":\"a\""), 0U);
}

TEST_F(ApiServerStreamFault, IgnoresConnections) {
  server_.ignore_connections(true);
  RawClient ignored(server_.port(), kWatchWithBookmarks);
  EXPECT_TRUE(ignored.connected());
  EXPECT_EQ(ignored.read_for(std::chrono::milliseconds(100)), State::kOpen);
  EXPECT_EQ(ignored.received(), "");
  server_.ignore_connections(false);
  EXPECT_EQ(get(server_.port(), "/version").status, 200U);
}

TEST_F(ApiServerStreamFault, DropsConnections) {
  server_.drop_connections(Ending::kClose);
  EXPECT_EQ(client_->read_to_end(), State::kClosed);
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(ApiServerStreamFault, ReturnsFromABackup) {
  const auto then = server_.resource_version();
  const auto late = put("c");
  EXPECT_TRUE(server_.restore(then));
  EXPECT_EQ(client_->read_to_end(), State::kReset);
  EXPECT_EQ(server_.resource_version(), then);
  EXPECT_EQ(server_.objects(Resource::kPods).size(), 2U);
  const std::string known = "&resourceVersion=" + std::to_string(late);
  RawClient ahead(server_.port(), kWatchWithBookmarks + known);
  ASSERT_TRUE(ahead.read_until("\r\n\r\n"));
  put("d");  // is given the version that the client knows already
  EXPECT_EQ(server_.resource_version(), late);
  put("e");
  EXPECT_TRUE(ahead.read_until("\"name\":\"e\""));
  EXPECT_EQ(count_of(ahead.received(), "\"name\":\"d\""), 0U);
  EXPECT_FALSE(server_.restore(1));
}

}  // namespace
}  // namespace portcullis::test::api
