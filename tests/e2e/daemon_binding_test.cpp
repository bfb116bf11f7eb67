#include <csignal>
#include <optional>
#include <string>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/log/packet_log.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/e2e/node.h"
#include "tests/support/rig/command.h"

// The daemon binds the interfaces of its node's pods to their addresses.
namespace portcullis::test {
namespace {

constexpr const char* kRouted = "\"veth1\" . 10.0.0.1";

class DaemonBinding : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    auto pod = NetworkNamespace::create();
    ASSERT_TRUE(pod) << pod.error().message;
    pod_.emplace(std::move(*pod));
    write("web.yaml", pod_manifest("web", "10.0.0.1"));
  }

  void ip(const NetworkNamespace& where, const std::vector<std::string>& commands) {
    const auto done = run_ip(where, commands);
    ASSERT_TRUE(done) << done.error().message;
  }

  // As a CNI plugin does: the address comes last.
  void plug() {
    ip(*network_,
       {"link add veth1 type veth peer name eth0 netns " + pod_->path(), "link set veth1 up"});
    ip(*pod_, {"link set eth0 up", "address add 10.0.0.1/32 dev eth0"});
  }

  bool becomes(bool there, const std::string& part) {
    return wait_until([&] { return contains(dumped(), part) == there; });
  }

  std::optional<NetworkNamespace> pod_;
};

TEST_F(DaemonBinding, OfInterfacesThatAreThereWhenItStarts) {
  plug();
  start_and_wait_until_ready();
  EXPECT_TRUE(contains(dumped(), kRouted)) << dumped();
}

TEST_F(DaemonBinding, FollowsInterfaces) {
  start_and_wait_until_ready();
  EXPECT_FALSE(contains(dumped(), "pod-interfaces"));
  plug();
  EXPECT_TRUE(becomes(true, kRouted)) << dumped();
  ip(*network_, {"link add br0 type bridge", "link set veth1 master br0"});
  EXPECT_TRUE(becomes(true, "table bridge portcullis")) << dumped();
  EXPECT_TRUE(becomes(true, "iifname . arp saddr ip @bound-v4 accept")) << dumped();
  ip(*network_, {"link del veth1"});
  EXPECT_TRUE(becomes(false, "table bridge portcullis")) << dumped();
  EXPECT_TRUE(becomes(false, "pod-interfaces")) << dumped();
}

TEST_F(DaemonBinding, IsClosedOnceThePodIsGoneUntilTheInterfaceIs) {
  plug();
  start_and_wait_until_ready();
  remove("web.yaml");
  write("other.yaml", pod_manifest("other", "10.0.0.2"));
  EXPECT_TRUE(becomes(false, kRouted)) << dumped();
  EXPECT_TRUE(contains(dumped(), "elements = { \"veth1\" }")) << dumped();
  ip(*network_, {"link del veth1"});
  EXPECT_TRUE(becomes(false, "pod-interfaces")) << dumped();
}

TEST_F(DaemonBinding, OfAPodThatIsGoneStaysClosedAcrossARestart) {
  plug();
  start_and_wait_until_ready();
  stop_daemon(SIGKILL);
  write("web.yaml", pod_manifest("other", "10.0.0.2"));
  start_and_wait_until_ready();
  EXPECT_TRUE(becomes(false, kRouted)) << dumped();
  EXPECT_TRUE(contains(dumped(), "elements = { \"veth1\" }")) << dumped();
}

TEST_F(DaemonBinding, OutlivesTheDaemonAndIsFoundAgain) {
  plug();
  ip(*network_, {"link add br0 type bridge", "link set veth1 master br0"});
  start_and_wait_until_ready();
  const auto before = dumped();
  EXPECT_TRUE(contains(before, "table bridge portcullis")) << before;
  stop_daemon(SIGKILL);
  EXPECT_EQ(dumped(), before);
  start_and_wait_until_ready();
  EXPECT_EQ(dumped(), before);
  EXPECT_TRUE(contains(daemon_->err(), "already up to date")) << daemon_->err();
}

TEST_F(DaemonBinding, IsRestoredAtBootAndCleanedUp) {
  plug();
  ip(*network_, {"link add br0 type bridge", "link set veth1 master br0"});
  start_and_wait_until_ready();
  const auto before = dumped();
  ASSERT_TRUE(wait_until([&] {
    return contains(
        portcullis_here({"restore", "--snapshot", snapshot_, "--node-name", "node"}).err,
        "already in force");
  }));
  stop_daemon(SIGTERM);
  const auto cleaned = portcullis_here({"cleanup", "--snapshot", "off"});
  EXPECT_EQ(cleaned.code, 0) << cleaned.err;
  EXPECT_EQ(nft({"list", "tables"}).out, "");
  const auto restored =
      portcullis_here({"restore", "--snapshot", snapshot_, "--node-name", "node"});
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(dumped(), before) << restored.err;
}

// Policies are in force all the same, and are saved for the next boot.
TEST_F(DaemonBinding, NamesWhoElseOwnsTheTableOfBridges) {
  write("deny.yaml", deny_manifest("deny-web", "web"));
  plug();
  ip(*network_, {"link add br0 type bridge", "link set veth1 master br0"});
  std::optional<nl::Kernel> thief;
  network_->run([&] { thief.emplace(nl::Kernel::open(nl::Ownership::kOwned).value()); });
  if (!thief->owns()) GTEST_SKIP() << "this kernel's tables have no owners";
  Delta theft;
  theft.bridge = TableChange::kAdd;
  theft.add.chains["bridge theirs"].spec.name = "bridge theirs";
  ASSERT_TRUE(thief->commit(theft));
  start_daemon();
  EXPECT_TRUE(wait_until([&] {
    return contains(get("/readyz").body, "table bridge portcullis belongs to another process, ");
  })) << get("/readyz").body;
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_TRUE(contains(get("/metrics").body, "\nportcullis_bridge_table_missing 1\n"));
  EXPECT_TRUE(contains(table(), "default/deny-web")) << table();
  stop_daemon(SIGTERM);
  const auto restored =
      portcullis_here({"restore", "--snapshot", snapshot_, "--node-name", "node"});
  EXPECT_TRUE(contains(restored.err, "already in force")) << restored.err;
  const auto cleaned = portcullis_here({"cleanup", "--snapshot", "off"});
  EXPECT_EQ(cleaned.code, 2);
  EXPECT_TRUE(contains(cleaned.err, "removed table inet portcullis\n")) << cleaned.err;
  EXPECT_TRUE(contains(cleaned.err, "table bridge portcullis belongs to ")) << cleaned.err;
  thief.reset();
  start_and_wait_until_ready();
  EXPECT_TRUE(contains(dumped(), "\"veth1\" . 10.0.0.1")) << dumped();
}

TEST_F(DaemonBinding, IsOffWhereSourcesAreBelieved) {
  plug();
  start_and_wait_until_ready({"--anti-spoofing", "off"});
  EXPECT_FALSE(contains(dumped(), "pod-interfaces"));
}

TEST_F(DaemonBinding, LetsTheNodesOwnerAllowSources) {
  plug();
  start_and_wait_until_ready({"--allowed-sources", "192.0.2.0/24,2001:db8::/32"});
  EXPECT_TRUE(contains(dumped(), "elements = { 192.0.2.0/24 }")) << dumped();
  EXPECT_TRUE(contains(dumped(), "elements = { 2001:db8::/32 }")) << dumped();
}

TEST_F(DaemonBinding, CountsAndNamesWhatItDrops) {
  plug();
  start_and_wait_until_ready();
  EXPECT_TRUE(
      contains(get("/metrics").body, "portcullis_unbound_packets_total{kind=\"source\"} 0"));
  ip(*network_, {"link set veth1 address 02:00:00:00:00:01"});
  ip(*pod_,
     {"route add default dev eth0 src 10.0.0.1", "link set lo up",
      "neighbor add 10.9.9.9 lladdr 02:00:00:00:00:01 dev eth0",
      "address add 203.0.113.9/32 dev lo", "route replace default dev eth0 src 203.0.113.9"});
  const auto sent = run_command(*pod_, {"bash", "-c", "echo > /dev/udp/10.9.9.9/4000"});
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_TRUE(wait_until([&] {
    return contains(get("/metrics").body, "portcullis_unbound_packets_total{kind=\"source\"} 1");
  })) << get("/metrics").body;
  EXPECT_TRUE(wait_until([&] {
    return contains(daemon_->err(),
                    "dropped what pod default/web (interface veth1) sent, IPv4 from 203.0.113.9 to "
                    "10.9.9.9: the source is not an address of this pod");
  })) << daemon_->err();
}

TEST_F(DaemonBinding, SaysThatSomebodyElseHasTheLogsGroup) {
  std::optional<nl::PacketLog> other;
  network_->run([&] { other.emplace(nl::PacketLog::open(7).value()); });
  start_and_wait_until_ready({"--nflog-group", "7"});
  EXPECT_TRUE(contains(daemon_->err(),
                       "what pods may not send is dropped without a line in the log: nflog group 7 "
                       "has another listener: give another --nflog-group"))
      << daemon_->err();
}

TEST_F(DaemonBinding, ClosesUnknownPodsFromTheFirstCommitOn) {
  start_and_wait_until_ready({"--unknown-pods", "drop", "--pod-interfaces", "veth*"});
  const auto before = dumped();
  EXPECT_TRUE(contains(before, "elements = { \"veth*\" }")) << before;
  plug();
  EXPECT_TRUE(becomes(true, kRouted)) << dumped();
  ip(*network_, {"link del veth1"});
  EXPECT_TRUE(wait_until([&] { return dumped() == before; })) << dumped();
}

}  // namespace
}  // namespace portcullis::test
