#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "tests/e2e/node.h"
#include "tests/support/sanitized.h"

// Obstacles at the daemon's start that must not prevent enforcement.
namespace portcullis::test {
namespace {

// A pod as the API server reports it, on a node with this name and address.
std::string pod_on(const std::string& node, const std::string& host, const std::string& address) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: default, labels: {app: "
         "web}}\n"
         "spec: {nodeName: " +
         node + "}\nstatus: {phase: Running, podIP: " + address + ", hostIP: " + host + "}\n";
}

class DaemonStart : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    write("web.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + deny_manifest("web", "web"));
  }

  bool enforces(const std::string& address = "10.0.0.1") const {
    return wait_until([&] { return contains(table(), address); });
  }
  bool readyz_says(const std::string& words) const {
    return wait_until([&] { return contains(get("/readyz").body, words); });
  }
  void ip(const std::vector<std::string>& arguments) const {
    ChildSetup setup{{"ip"}, {}, &*network_, ""};
    setup.arguments.insert(setup.arguments.end(), arguments.begin(), arguments.end());
    const Finished end = run_to_end(setup);
    ASSERT_EQ(end.code, 0) << end.err;
  }
  void set_bridge_calls(const std::string& value) const {
    network_->run([&] {
      for (const std::string name : {"bridge-nf-call-iptables", "bridge-nf-call-ip6tables"}) {
        const std::string path = "/proc/sys/net/bridge/" + name;
        if (access(path.c_str(), W_OK) == 0) {
          FILE* file = fopen(path.c_str(), "w");
          ASSERT_NE(file, nullptr);
          fputs(value.c_str(), file);
          fclose(file);
        }
      }
    });
  }
};

// Any process may bind a name in the abstract namespace of its network namespace.
TEST_F(DaemonStart, NobodyElseCanHoldItsLock) {
  int fd = -1;
  network_->run([&] {
    constexpr std::string_view kName("\0portcullis/table", 17);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, kName.data(), kName.size());
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&name),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + kName.size())),
              0);
  });
  start_daemon();
  EXPECT_TRUE(becomes_ready()) << daemon_->err();
  stop_daemon(SIGTERM);
  EXPECT_EQ(portcullis_here({"cleanup", "--snapshot", snapshot_}).code, 0);
  close(fd);
}

TEST_F(DaemonStart, APortThatIsTakenIsNamedAndTriedAgain) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  std::optional<tcp::acceptor> taken;
  network_->run(
      [&] { taken.emplace(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), kPort)); });
  start_daemon();
  EXPECT_TRUE(enforces()) << daemon_->err();
  EXPECT_TRUE(wait_until([&] {
    return contains(daemon_->err(), "no health port, retrying: cannot listen on 127.0.0.1:9909");
  })) << daemon_->err();
  taken.reset();
  EXPECT_TRUE(becomes_ready()) << daemon_->err();
  EXPECT_EQ(count_of(daemon_->err(), "no health port"), 1U) << daemon_->err();
}

TEST_F(DaemonStart, ASocketThatCannotBeMadeIsTriedAgain) {
  write_file(directory_ / "occupied", "no directory");
  const std::string free = std::exchange(socket_, directory_ / "occupied/portcullis.sock");
  start_daemon();
  EXPECT_TRUE(enforces()) << daemon_->err();
  EXPECT_TRUE(readyz_says("no admin socket: ")) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_TRUE(wait_until([&] {
    return contains(get("/metrics").body, "portcullis_unserved{service=\"admin socket\"} 1");
  }));
  std::filesystem::remove(directory_ / "occupied");
  std::filesystem::create_directory(directory_ / "occupied");
  EXPECT_TRUE(wait_until([&] { return ask_daemon({"diff"}).code == 0; })) << daemon_->err();
}

TEST_F(DaemonStart, ASocketThatSomebodyRemovesComesBack) {
  start_and_wait_until_ready();
  ASSERT_TRUE(wait_until([&] { return ask_daemon({"diff"}).code == 0; }));
  std::filesystem::remove(socket_);
  EXPECT_TRUE(wait_until([&] { return ask_daemon({"diff"}).code == 0; })) << daemon_->err();
}

// With any number of fast clients, the kubelet's probe is answered and changes are enforced.
TEST_F(DaemonStart, AFloodOfItsPortHoldsNothingUp) {
  start_and_wait_until_ready();
  const std::string script =
      "import socket\n"
      "held = []\n"
      "print('on', flush=True)\n"
      "while True:\n"
      "  try:\n"
      "    held.append(socket.create_connection(('127.0.0.1', 9909), 1))\n"
      "    if len(held) % 3 == 0: held[-1].send(b'GET /metrics HTTP/1.1\\r\\n\\r\\n')\n"
      "    if len(held) > 500: held.pop(0).close()\n"
      "  except OSError: pass\n";
  ChildProcess flood(ChildSetup{{"python3", "-c", script}, {}, &*network_, ""});
  ASSERT_TRUE(wait_until([&] { return contains(flood.out(), "on"); })) << flood.err();
  for (int i = 0; i < (kSanitized ? 5 : 20); ++i) EXPECT_EQ(get("/healthz").status, 200) << i;
  write("db.yaml", pod_manifest("db", "10.0.0.2") + "---\n" + deny_manifest("db", "db"));
  EXPECT_TRUE(enforces("10.0.0.2")) << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(DaemonStart, AWrongNodeNameIsNotReadyAndNamesTheRightOne) {
  ip({"address", "add", "198.51.100.7/32", "dev", "lo"});
  write("web.yaml",
        pod_on("worker-1", "198.51.100.7", "10.0.0.1") + "---\n" + deny_manifest("web", "web"));
  start_daemon();
  EXPECT_TRUE(readyz_says("set --node-name worker-1")) << get("/readyz").body << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_TRUE(wait_until(
      [&] { return contains(get("/metrics").body, "\nportcullis_node_name_wrong 1\n"); }));
  const Finished check =
      portcullis_here({"check", "--manifests", manifests_, "--node-name", "Worker-1"});
  EXPECT_EQ(check.code, 1) << check.out;
  EXPECT_TRUE(
      contains(check.out, "FAILED  the cluster calls this host \"worker-1\", not \"Worker-1\""))
      << check.out;
  const Finished right =
      portcullis_here({"check", "--manifests", manifests_, "--node-name", "worker-1"});
  EXPECT_EQ(right.code, 0) << right.out;

  write("other.yaml", pod_manifest("other", "10.0.0.2"));
  EXPECT_TRUE(becomes_ready()) << "a pod carries the name: " << get("/readyz").body;
}

TEST_F(DaemonStart, AWrongNodeNameKeepsTheRulesOfTheLastRun) {
  ip({"address", "add", "198.51.100.7/32", "dev", "lo"});
  write("web.yaml",
        pod_on("node", "198.51.100.7", "10.0.0.1") + "---\n" + deny_manifest("web", "web"));
  start_and_wait_until_ready();
  const std::string before = table();
  stop_daemon(SIGTERM);
  daemon_ = std::make_unique<ChildProcess>(
      ChildSetup{{PORTCULLIS_BINARY, "run", "--manifests", manifests_, "--node-name",
                  "node.example.com", "--socket", socket_, "--snapshot", snapshot_},
                 {},
                 &*network_,
                 ""});
  EXPECT_TRUE(readyz_says("set --node-name node,")) << get("/readyz").body;
  EXPECT_EQ(table(), before);
}

TEST_F(DaemonStart, PodsOnABridgeThatIsNotFilteredAreTold) {
  set_bridge_calls("0");
  ip({"link", "add", "cni0", "type", "bridge"});
  ip({"address", "add", "10.0.0.254/24", "dev", "cni0"});
  ip({"link", "set", "cni0", "up"});
  start_daemon();
  EXPECT_TRUE(readyz_says("policies do not apply between them: load br_netfilter"))
      << daemon_->err();
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_TRUE(enforces()) << "what can be";
  EXPECT_TRUE(wait_until(
      [&] { return contains(get("/metrics").body, "\nportcullis_bridge_unfiltered 1\n"); }));
  const std::vector<std::string> check{"check", "--manifests", manifests_, "--node-name", "node"};
  const Finished found = portcullis_here(check);
  EXPECT_EQ(found.code, 1) << found.out;
  EXPECT_TRUE(contains(found.out, "FAILED  pods of this node are on a bridge")) << found.out;

  network_->run([] {
    if (access("/proc/sys/net/bridge", F_OK) != 0) GTEST_SKIP() << "without br_netfilter";
  });
  if (IsSkipped()) return;
  set_bridge_calls("1");
  EXPECT_TRUE(becomes_ready()) << daemon_->err();
  EXPECT_EQ(portcullis_here(check).code, 0);
}

TEST_F(DaemonStart, PodsBehindARouteNeedNoBridgeFilter) {
  set_bridge_calls("0");
  ip({"link", "add", "cni0", "type", "bridge"});
  start_and_wait_until_ready();
  EXPECT_EQ(portcullis_here({"check", "--manifests", manifests_, "--node-name", "node"}).code, 0);
}

}  // namespace
}  // namespace portcullis::test
