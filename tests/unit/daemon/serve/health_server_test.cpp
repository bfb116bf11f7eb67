#include "daemon/serve/health_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <list>
#include <string>

#include "tests/support/process/http_client.h"
#include "tests/support/process/loop_thread.h"
#include "tests/support/process/wait_until.h"

namespace portcullis {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::HttpAnswer;
using test::LoopThread;

// An address in 127.0.0.0/8 that no other process uses, so that each port on it is free.
std::string own_loopback_address() {
  return asio::ip::address_v4(0x7f000000U + static_cast<unsigned>(getpid())).to_string();
}

class Health : public testing::Test {
 protected:
  Result<HealthServer> open() {
    return HealthServer::open(address_, io_, status_,
                              [this] { return "metrics " + std::to_string(++measurements_); });
  }

  HttpAnswer get(const std::string& path) {
    const LoopThread loop(io_);
    return test::http_get(address_.host, address_.port, path);
  }

  // The response to these bytes, until the server closes.
  std::string exchange(const std::string& request) {
    const LoopThread loop(io_);
    asio::io_context own;
    tcp::socket socket(own);
    socket.connect(endpoint());
    asio::write(socket, asio::buffer(request));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer;
  }

  tcp::endpoint endpoint() const { return {asio::ip::make_address(address_.host), address_.port}; }

  asio::io_context io_;
  Status status_;
  int measurements_ = 0;
  ListenAddress address_{own_loopback_address(), 9909};
};

TEST_F(Health, IsAliveWhileTheLoopTurns) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto answer = get("/healthz?verbose");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok\n");
}

TEST_F(Health, ReadyFollowsTheStatus) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto before = get("/readyz");
  EXPECT_EQ(before.status, 503);
  EXPECT_EQ(before.body, describe(Status{}));
  status_.source_read = true;
  status_.committed = true;
  status_.unreadable_files = {"web.yaml"};
  const auto after = get("/readyz");
  EXPECT_EQ(after.status, 200);
  EXPECT_EQ(after.body, "ready\nunreadable: web.yaml\n");
}

TEST_F(Health, OtherPathsAreNotFound) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(get("/healthy").status, 404);
  EXPECT_EQ(get("/").status, 404);
}

TEST_F(Health, OtherMethodsAndWhatIsNoRequestAreRefused) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto head = exchange("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(head.find("HTTP/1.1 200 OK\r\n"), 0U) << head;
  EXPECT_NE(head.find("Content-Length: 3\r\n"), head.npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << "and no body: " << head;
  const auto post = exchange("POST /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(post.find("HTTP/1.1 405 "), 0U) << post;
  EXPECT_NE(post.find("Allow: GET, HEAD\r\n"), post.npos) << post;
  EXPECT_EQ(exchange("\x16\x03\x01 TLS\r\n\r\n").find("HTTP/1.1 400 "), 0U);
}

// Any local process may connect, stay silent, and keep the connection.
TEST_F(Health, IdleConnectionsKeepNobodyOut) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  std::list<tcp::socket> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(io_).connect(endpoint());
    EXPECT_EQ(get("/healthz").status, 200) << "beside " << idle.size();
  }
  char byte = 0;
  boost::system::error_code error;
  idle.front().read_some(asio::buffer(&byte, 1), error);
  EXPECT_EQ(error, asio::error::eof) << "the oldest makes room";
}

// The kubelet's probe is one of these, and the flood arrives while it writes.
TEST_F(Health, AFloodEndsNoConnectionThatHasBegunToAsk) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const LoopThread loop(io_);
  asio::io_context own;
  tcp::socket probe(own);
  probe.connect(endpoint());
  asio::write(probe, asio::buffer(std::string("GET /healthz HTTP/1.1\r\n")));
  std::list<tcp::socket> flood;
  for (int i = 0; i < 1000; ++i) flood.emplace_back(own).connect(endpoint());
  char byte = 0;
  boost::system::error_code error;
  flood.front().read_some(asio::buffer(&byte, 1), error);
  ASSERT_EQ(error, asio::error::eof) << "silent ones make room";
  asio::write(probe, asio::buffer(std::string("Host: h\r\n\r\n")));
  std::string answer;
  asio::read(probe, asio::dynamic_buffer(answer), error);
  EXPECT_EQ(answer.find("HTTP/1.1 200 OK\r\n"), 0U) << answer;
}

// For all clients, however often they ask.
TEST_F(Health, MetricsAreMadeOnceASecond) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(get("/metrics").status, 200);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LE(measurements_, 1 + took / std::chrono::seconds(1));
  EXPECT_TRUE(test::wait_until([&] { return get("/metrics").body != "metrics 1"; }));
}

// However many they are, they are one task for it.
TEST_F(Health, ProbesThatWaitForTheLoopAreAnsweredAtOnce) {
  const auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  asio::io_context own;
  std::list<tcp::socket> probes;
  for (int i = 0; i < 50; ++i) {
    probes.emplace_back(own).connect(endpoint());
    asio::write(probes.back(), asio::buffer(std::string("GET /readyz HTTP/1.1\r\n\r\n")));
  }
  const auto work = asio::make_work_guard(io_);
  std::size_t tasks = 0;
  for (auto& probe : probes) {
    boost::system::error_code error;
    std::string answer;
    while (probe.available(error) == 0) tasks += io_.run_one_for(std::chrono::milliseconds(10));
    asio::read(probe, asio::dynamic_buffer(answer), error);
    EXPECT_EQ(answer.find("HTTP/1.1 503 "), 0U) << answer;
  }
  EXPECT_LT(tasks, 10U);
}

TEST_F(Health, APortInUseIsNamed) {
  const tcp::acceptor taken(io_, endpoint());
  const auto server = open();
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message.find("cannot listen on " + to_string(address_) +
                                        ": Address already in use"),
            0U)
      << server.error().message;
}

TEST_F(Health, AnAddressThatIsNotOursIsNamed) {
  address_.host = "192.0.2.1";
  const auto server = open();
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("192.0.2.1:"), std::string::npos);
}

TEST_F(Health, ThePortIsFreeAfterwards) {
  for (int round = 0; round < 2; ++round) {
    const auto server = open();
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(get("/readyz").status, 503);
  }
}

}  // namespace
}  // namespace portcullis
