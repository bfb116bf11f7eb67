// The documentation's commands on a node whose daemon follows a directory with its example: as
// written, and with the documented output.
#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <sstream>

#include "tests/docs/commands.h"
#include "tests/docs/sandbox.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/process/http_client.h"

namespace portcullis::test {
namespace {

class NodeCommands : public testing::Test {
 protected:
  void SetUp() override {
    auto network = NetworkNamespace::create();
    if (!network) SKIP_WITHOUT_NF_TABLES(network.error().message);
    network_.emplace(std::move(*network));
    network_->run(bring_loopback_up);
    sandbox_.emplace(*network_, PORTCULLIS_BINARY);
    if (!sandbox_->is_ready()) GTEST_SKIP() << sandbox_->log();
    const auto filled = sandbox_->run(
        "cp docs/example.yaml manifests/examples/api-policy.yaml /etc/portcullis/manifests");
    ASSERT_EQ(filled.code, 0) << filled.err;
  }

  void start_daemon(const std::string& command) {
    daemon_.emplace(sandbox_->start(command));
    ASSERT_TRUE(sandbox_->daemon_becomes_ready()) << command << ": " << daemon_->err();
  }

  void stop_daemon() {
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->wait(), 0) << daemon_->err();
    daemon_.reset();
  }

  Finished run(const DocumentedCommand& command) const {
    const auto end = sandbox_->run(command.text);
    EXPECT_EQ(end.code, find_known_command(command.text)->code)
        << command.where << ": " << command.text << "\n"
        << end.out << end.err;
    return end;
  }

  std::optional<NetworkNamespace> network_;
  std::optional<Sandbox> sandbox_;
  std::optional<ChildProcess> daemon_;
};

// For a failure message: the first documented line that is not printed after the previous ones.
std::string first_missing(const std::string& shown, const std::string& printed) {
  std::istringstream left(printed);
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) {
    std::string next;
    do {
      if (!std::getline(left, next)) return line;
    } while (next != line);
  }
  return "";
}

TEST_F(NodeCommands, DoAndPrintWhatIsShown) {
  const auto daemons = documented_commands(Place::kDaemon);
  ASSERT_FALSE(daemons.empty());
  start_daemon(daemons.front().text);
  for (const auto& command : documented_commands(Place::kNode)) {
    SCOPED_TRACE(command.where + ": " + command.text);
    const auto end = run(command);
    if (!command.output) continue;
    if (find_known_command(command.text)->is_short) {
      EXPECT_EQ(first_missing(*command.output, end.out), "") << end.out;
    } else {
      EXPECT_EQ(end.out, *command.output);
    }
  }
}

TEST_F(NodeCommands, RunDaemons) {
  for (const auto& command : documented_commands(Place::kDaemon)) {
    start_daemon(command.text);
    stop_daemon();
  }
}

TEST_F(NodeCommands, RemoveEverythingOnceTheDaemonIsStopped) {
  for (const auto& command : documented_commands(Place::kStoppedNode)) {
    start_daemon(documented_commands(Place::kDaemon).front().text);
    stop_daemon();
    EXPECT_EQ(sandbox_->run("portcullis dump").code, 0);
    run(command);
    EXPECT_EQ(sandbox_->run("portcullis dump").code, 1) << command.text;
  }
}

}  // namespace
}  // namespace portcullis::test
