#include "daemon/health_server.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "tests/support/process/http_client.h"

namespace portcullis {
namespace {

using test::http_get;

class Health : public testing::Test {
 protected:
  Health() : address_{"127.0.0.1", test::free_port()} {}

  boost::asio::io_context io_;
  StatusBoard board_;
  ListenAddress address_;
};

TEST_F(Health, IsAliveWhileTheLoopTurns) {
  auto server = HealthServer::open(address_, io_, board_);
  ASSERT_TRUE(server) << server.error().message;
  const auto work = boost::asio::make_work_guard(io_);
  std::thread loop([&] { io_.run(); });
  EXPECT_EQ(http_get(address_.port, "/healthz").status, 200);
  io_.stop();
  loop.join();
  EXPECT_EQ(http_get(address_.port, "/healthz").status, 503);
}

TEST_F(Health, ReadyFollowsTheStatus) {
  auto server = HealthServer::open(address_, io_, board_);
  ASSERT_TRUE(server) << server.error().message;
  const auto before = http_get(address_.port, "/readyz");
  EXPECT_EQ(before.status, 503);
  EXPECT_EQ(before.body, describe(Status{}));
  Status status;
  status.source_read = true;
  status.committed = true;
  status.unreadable_files = {"web.yaml"};
  board_.publish(status);
  const auto after = http_get(address_.port, "/readyz");
  EXPECT_EQ(after.status, 200);
  EXPECT_EQ(after.body, "ready\nunreadable: web.yaml\n");
}

TEST_F(Health, OtherPathsAreNotFound) {
  auto server = HealthServer::open(address_, io_, board_);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(http_get(address_.port, "/metrics").status, 404);
  EXPECT_EQ(http_get(address_.port, "/").status, 404);
}

TEST_F(Health, APortInUseIsNamed) {
  using boost::asio::ip::tcp;
  const tcp::acceptor taken(
      io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), address_.port), false);
  const auto server = HealthServer::open(address_, io_, board_);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("cannot listen on " + to_string(address_)),
            std::string::npos)
      << server.error().message;
}

TEST_F(Health, AnAddressThatIsNotOursIsNamed) {
  const ListenAddress foreign{"192.0.2.1", address_.port};
  const auto server = HealthServer::open(foreign, io_, board_);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("192.0.2.1:"), std::string::npos);
}

TEST_F(Health, ThePortIsFreeAfterwards) {
  for (int round = 0; round < 2; ++round) {
    auto server = HealthServer::open(address_, io_, board_);
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(http_get(address_.port, "/readyz").status, 503);
  }
}

}  // namespace
}  // namespace portcullis
