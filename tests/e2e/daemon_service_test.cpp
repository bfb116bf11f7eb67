#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "tests/e2e/node.h"

// The daemon as a service: readiness, health, its socket, and what prevents its start.
namespace portcullis::test {
namespace {

// The receiver of sd_notify(3).
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { close(fd_); }

  // Everything received so far.
  const std::string& text() {
    std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = recv(fd_, buffer.data(), buffer.size(), 0)) > 0) {
      text_.append(buffer.data(), static_cast<std::size_t>(size)) += "\n";
    }
    return text_;
  }

 private:
  int fd_;
  std::string text_;
};

class DaemonService : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (!IsSkipped()) write("web.yaml", pod_manifest("web", "10.0.0.1"));
  }

  // The daemon exits with this in its message, and without a table.
  void expect_refusal(const std::string& words) {
    EXPECT_EQ(daemon_->wait(), 2);
    EXPECT_TRUE(contains(daemon_->err(), words)) << daemon_->err();
  }
};

TEST_F(DaemonService, TellsSystemdOfReadinessAndOfItsEnd) {
  NotifySocket notify(directory_ / "notify");
  start_daemon({}, {"NOTIFY_SOCKET=" + (directory_ / "notify")});
  ASSERT_TRUE(wait_until([&] { return contains(notify.text(), "READY=1\n"); })) << daemon_->err();
  EXPECT_TRUE(contains(table(), "table inet portcullis")) << "ready means committed";
  EXPECT_TRUE(contains(notify.text(), "STATUS=ready\n"));
  EXPECT_EQ(stop_daemon(SIGTERM), 0);
  EXPECT_TRUE(contains(notify.text(), "STOPPING=1\n"));
  EXPECT_EQ(count_of(notify.text(), "READY=1\n"), 1U);
}

// The start must not wait until the file is fixed, and systemd would not wait that long.
TEST_F(DaemonService, HasStartedWhereItHoldsTheRulesOfTheLastRun) {
  write("deny.yaml", deny_manifest("deny", "web"));
  start_and_wait_until_ready();
  stop_daemon(SIGKILL);
  write("web.yaml", "kind: Pod\n metadata: [\n");
  std::filesystem::remove_all(snapshot_ + ".manifests");
  NotifySocket notify(directory_ / "notify");
  start_daemon({}, {"NOTIFY_SOCKET=" + (directory_ / "notify")});
  ASSERT_TRUE(wait_until([&] { return contains(notify.text(), "READY=1\n"); })) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_TRUE(contains(table(), "10.0.0.1"));
}

TEST_F(DaemonService, ServesHealthAndNothingElse) {
  start_and_wait_until_ready();
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").body, "ready\n");
  EXPECT_TRUE(contains(get("/metrics").body, "\nportcullis_ready 1\n")) << get("/metrics").body;
  EXPECT_EQ(get("/v1/ruleset").status, 404);
}

TEST_F(DaemonService, SighupIsIgnoredAndSigintEndsIt) {
  start_and_wait_until_ready();
  daemon_->signal(SIGHUP);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(stop_daemon(SIGINT), 0);
}

TEST_F(DaemonService, ItsSocketIsRootsOnly) {
  start_and_wait_until_ready();
  struct stat status {};
  ASSERT_EQ(stat(socket_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(DaemonService, ASecondDaemonIsRefused) {
  start_and_wait_until_ready();
  const Finished second = portcullis_here(
      {"run", "--manifests", manifests_, "--socket", directory_ / "other.sock", "--listen", "off"});
  EXPECT_EQ(second.code, 2);
  EXPECT_TRUE(contains(second.err, "another portcullis already enforces")) << second.err;
  EXPECT_EQ(ask_daemon({"diff"}).code, 0) << "the first one keeps running";
}

TEST_F(DaemonService, ServesHealthOnIpv6) {
  start_daemon({"--listen", "[::1]:9909"});
  EXPECT_TRUE(wait_until([&] { return get("/readyz", "::1").status == 200; })) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 0);
}

TEST_F(DaemonService, RunsWithoutAHealthPort) {
  start_daemon({"--listen", "off"});
  EXPECT_TRUE(wait_until([&] { return ask_daemon({"diff"}).code == 0; })) << daemon_->err();
  EXPECT_EQ(get("/healthz").status, 0);
}

// Also while it waits for something else.
TEST_F(DaemonService, FeedsTheWatchdog) {
  NotifySocket notify(directory_ / "notify");
  start_daemon({}, {"NOTIFY_SOCKET=" + (directory_ / "notify"), "WATCHDOG_USEC=100000"});
  ASSERT_TRUE(wait_until([&] { return contains(notify.text(), "READY=1\n"); })) << daemon_->err();
  const auto before = count_of(notify.text(), "WATCHDOG=1");
  EXPECT_TRUE(wait_until([&] { return count_of(notify.text(), "WATCHDOG=1") > before + 2; }));
}

TEST_F(DaemonService, TakesItsOptionsFromAFile) {
  write_file(directory_ / "config.yaml",
             "manifests: " + manifests_ + "\nnode-name: node\nsocket: " + socket_ +
                 "\nsnapshot: " + snapshot_ + "\nlisten: 127.0.0.1:9909\n");
  daemon_ = std::make_unique<ChildProcess>(ChildSetup{
      {PORTCULLIS_BINARY, "run", "--config", directory_ / "config.yaml"}, {}, &*network_, ""});
  EXPECT_TRUE(becomes_ready()) << daemon_->err();
  EXPECT_EQ(table(), compiled());
}

TEST_F(DaemonService, WithoutTheCapabilityItNamesIt) {
  const ChildSetup unprivileged{{"setpriv", "--bounding-set", "-net_admin", PORTCULLIS_BINARY,
                                 "run", "--manifests", manifests_, "--socket", socket_},
                                {},
                                &*network_,
                                ""};
  daemon_ = std::make_unique<ChildProcess>(unprivileged);
  expect_refusal("CAP_NET_ADMIN");
  ChildSetup dump = unprivileged;
  dump.arguments = {"setpriv", "--bounding-set", "-net_admin", PORTCULLIS_BINARY, "dump"};
  EXPECT_TRUE(contains(run_to_end(dump).err, "CAP_NET_ADMIN"));
}

TEST_F(DaemonService, UnderTheJournalItLeavesTimeAndPriorityToIt) {
  // The variable as systemd sets it, for the descriptor that the shell uses as stderr.
  const std::string log = directory_ / "log";
  const std::string script = "JOURNAL_STREAM=$(stat -L -c %d:%i \"$0\") exec \"$@\" 2>>\"$0\"";
  write_file(log, "");
  const Finished end = run_to_end({{"sh", "-c", script, log, PORTCULLIS_BINARY, "run",
                                    "--manifests", manifests_ + "/none", "--socket", socket_},
                                   {},
                                   &*network_,
                                   ""});
  EXPECT_EQ(end.code, 2);
  const Finished text = run_to_end({{"cat", log}, {}, nullptr, ""});
  EXPECT_EQ(text.out.rfind("<6>portcullis ", 0), 0U) << text.out;
}

}  // namespace
}  // namespace portcullis::test
