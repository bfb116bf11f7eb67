#include "daemon/serve/admin_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fstream>
#include <optional>

#include "daemon/serve/admin_client.h"
#include "tests/support/process/loop_thread.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis {
namespace {

class Admin : public testing::Test {
 protected:
  Result<AdminServer> open() {
    return AdminServer::open(
        io_, path_, [this](const std::string& target, const AdminServer::Respond& respond) {
          // Not before this call has returned, like an answer that takes long.
          boost::asio::post(io_, [target, respond] { respond(reply_to(target)); });
        });
  }

  static AdminReply reply_to(const std::string& target) {
    if (target == "/big") return {200, std::string(8U << 20U, 'x')};
    if (target == "/denied") return {200, "no", true, {"only today", "403\r\nForbidden"}};
    if (target == "/unknown") return {404, "no such thing"};
    return {200, "you asked for " + target};
  }

  Result<AdminReply> ask_while_serving(const std::string& target) {
    const test::LoopThread loop(io_);
    return ask_daemon(path_, target);
  }

  // A socket file without a listener, as a killed daemon leaves behind.
  void leave_stale_socket() {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    close(fd);
  }

  boost::asio::io_context io_;
  test::TemporaryDirectory directory_;
  std::string path_ = directory_ / "portcullis/admin.sock";
};

TEST_F(Admin, AnswersWithWhatWasAsked) {
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto reply = ask_while_serving("/v1/ruleset?format=nft");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "you asked for /v1/ruleset?format=nft");
  EXPECT_FALSE(reply->negative);
  EXPECT_TRUE(reply->remarks.empty());
}

TEST_F(Admin, CarriesTheVerdictAndARemark) {
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto reply = ask_while_serving("/denied");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "no");
  EXPECT_TRUE(reply->negative);
  EXPECT_EQ(reply->remarks, (std::vector<std::string>{"only today", "403\\x0d\\nForbidden"}));
}

TEST_F(Admin, RefusalIsAnErrorWithItsReason) {
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto reply = ask_while_serving("/unknown");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "the daemon cannot answer: no such thing");
}

TEST_F(Admin, CarriesLargeRulesets) {
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  const auto reply = ask_while_serving("/big");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body.size(), 8U << 20U);
}

TEST_F(Admin, TheSocketIsForItsOwnerOnlyAndGoesWithTheServer) {
  {
    auto server = open();
    ASSERT_TRUE(server) << server.error().message;
    struct stat status {};
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Admin, RefusesASocketThatIsServed) {
  auto first = open();
  ASSERT_TRUE(first) << first.error().message;
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find(path_ + ": another portcullis"), std::string::npos);
}

TEST_F(Admin, KnowsWhetherItsSocketIsStillThere) {
  const std::string moved = path_ + ".moved";
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(server->is_reachable());
  std::filesystem::rename(path_, moved);
  EXPECT_FALSE(server->is_reachable());
  auto successor = open();
  ASSERT_TRUE(successor) << successor.error().message;
  EXPECT_TRUE(successor->is_reachable());
  { const AdminServer gone(std::move(*server)); }
  EXPECT_TRUE(successor->is_reachable()) << "it does not remove another server's socket";
}

TEST_F(Admin, ReplacesAStaleSocket) {
  std::filesystem::create_directory(directory_ / "portcullis");
  leave_stale_socket();
  auto server = open();
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(ask_while_serving("/"));
}

TEST_F(Admin, NeverReplacesWhatIsNoSocket) {
  std::filesystem::create_directory(directory_ / "portcullis");
  std::ofstream(path_) << "precious";
  EXPECT_FALSE(open());
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(Admin, TheClientSaysThatNoDaemonIsThere) {
  const auto reply = ask_daemon(path_, "/v1/diff");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kNotFound);
  EXPECT_NE(reply.error().message.find("no daemon answers on " + path_), std::string::npos);
}

}  // namespace
}  // namespace portcullis
