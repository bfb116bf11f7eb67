#include <algorithm>
#include <csignal>

#include "tests/e2e/node.h"
#include "tests/support/conntrack/conntrack_table.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/settled.h"
#include "tests/support/rig/stream.h"

// Connections end when the ownership of their address ends, and no others do.
namespace portcullis::test {
namespace {

using Lines = std::vector<std::string>;

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const auto at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), by);
}

std::string with_uid(const std::string& manifest, const std::string& uid) {
  return replaced(manifest, "metadata:\n", "metadata:\n  uid: " + uid + "\n");
}

// Without those of the health port.
Lines connections_of(ConntrackTable& table) {
  Lines list = table.list();
  std::erase_if(list, [](const auto& line) { return line.starts_with("127."); });
  return list;
}

class DaemonAndConnections : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    table_ = ConntrackTable::open(*network_);
    if (!table_) GTEST_SKIP() << "this kernel has no ctnetlink";
    write("deny.yaml", deny_manifest("deny-web", "web"));
    write("web.yaml", kWeb);
    write("other.yaml",
          pod_manifest("other", "10.0.0.2") + "---\n" + pod_manifest("v6", "fd00::2"));
    write("fence.yaml", pod_manifest("fence", "10.0.0.99"));
    start_and_wait_until_ready();
    for (const auto& connection : kOthers) table_->add(connection);
    table_->add("10.0.0.1>10.0.0.2");
    table_->add("10.0.0.2>10.96.0.1 10.0.0.1>10.0.0.2");
    table_->add(kFence);
  }

  Lines connections() { return connections_of(*table_); }

  bool become(const Lines& wanted) {
    return wait_until([&] { return connections() == wanted; });
  }

  // Earlier changes have been swept, since a later one was.
  bool pass_the_fence() {
    remove("fence.yaml");
    return wait_until([&] {
      const auto list = connections();
      return std::find(list.begin(), list.end(), kFence) == list.end();
    });
  }

  const std::string kWeb = with_uid(pod_manifest("web", "10.0.0.1"), "first");
  const std::string kFence = "10.0.0.99>198.51.100.1";
  const Lines kOthers = {"10.0.0.2>10.0.0.11", "fd00::2>fd00::1"};
  const Lines kOthersAndFence = {"10.0.0.2>10.0.0.11", kFence, "fd00::2>fd00::1"};
  std::optional<ConntrackTable> table_;
};

TEST_F(DaemonAndConnections, Line22_EndWhenAnotherPodTakesTheAddress) {
  write("web.yaml", pod_manifest("next", "10.0.0.1"));
  EXPECT_TRUE(become(kOthersAndFence)) << daemon_->err();
  EXPECT_TRUE(wait_until([&] { return contains(daemon_->err(), "ended 2 connections"); }));
}

TEST_F(DaemonAndConnections, Line22_EndWhenThePodIsRecreatedUnderItsName) {
  write("web.yaml", with_uid(pod_manifest("web", "10.0.0.1"), "second"));
  EXPECT_TRUE(become(kOthersAndFence)) << daemon_->err();
}

TEST_F(DaemonAndConnections, Line22_EndWhenThePodIsDeletedOrFinished) {
  write("web.yaml", replaced(kWeb, "Running", "Succeeded"));
  EXPECT_TRUE(become(kOthersAndFence)) << daemon_->err();
  remove("other.yaml");
  EXPECT_TRUE(become({kFence})) << daemon_->err();
}

TEST_F(DaemonAndConnections, Line22_EndForPodsOfOtherNodesToo) {
  write("far.yaml",
        replaced(pod_manifest("far", "10.0.0.11"), "nodeName: node", "nodeName: other-node"));
  ASSERT_TRUE(wait_until([&] {
    return ask_daemon({"explain", "--from", "default/far", "--to", "10.0.0.1"}).code != 2;
  })) << daemon_->err();
  write("web.yaml", pod_manifest("next", "10.0.0.1"));
  ASSERT_TRUE(become(kOthersAndFence)) << daemon_->err();
  remove("far.yaml");
  EXPECT_TRUE(become({kFence, "fd00::2>fd00::1"})) << daemon_->err();
}

TEST_F(DaemonAndConnections, StayWhenThePodStays) {
  const Lines before = connections();
  write("web.yaml", replaced(kWeb, "app: web", "app: changed"));
  write("new.yaml", pod_manifest("new", "10.0.0.11"));
  remove("deny.yaml");
  ASSERT_TRUE(kernel_becomes_compiled()) << daemon_->err();
  ASSERT_TRUE(pass_the_fence()) << daemon_->err();
  EXPECT_EQ(connections().size(), before.size() - 1) << daemon_->err();
}

TEST_F(DaemonAndConnections, StayOverARestart) {
  const Lines before = connections();
  for (const int signal : {SIGTERM, SIGKILL}) {
    stop_daemon(signal);
    start_and_wait_until_ready();
  }
  ASSERT_TRUE(pass_the_fence()) << daemon_->err();
  EXPECT_EQ(connections().size(), before.size() - 1) << daemon_->err();
  EXPECT_EQ(stop_daemon(SIGTERM), 0);
}

// The node has the addresses of all: pods web and other, a client, and a Service for web.
class DaemonAndStreams : public Node {
 protected:
  void SetUp() override {
    Node::SetUp();
    if (IsSkipped()) return;
    table_ = ConntrackTable::open(*network_);
    if (!table_) GTEST_SKIP() << "this kernel has no ctnetlink";
    const auto wired =
        run_ip(*network_, {"address add 10.0.0.1 dev lo", "address add fd00::1 dev lo nodad",
                           "address add 10.0.0.2 dev lo", "address add fd00::2 dev lo nodad",
                           "address add 192.0.2.1 dev lo", "address add 2001:db8::1 dev lo nodad",
                           "route add 10.96.0.1 dev lo", "route add fd00:96::1 dev lo"})
            .and_then([&] { return wait_for_local_addresses(*network_); });
    ASSERT_TRUE(wired) << wired.error().message;
    const auto served =
        nft({"table inet proxy { chain c { type nat hook output priority -100;"
             "ip daddr 10.96.0.1 tcp dport 80 dnat ip to 10.0.0.1:8080;"
             "ip6 daddr fd00:96::1 tcp dport 80 dnat ip6 to [fd00::1]:8080; }; }"});
    ASSERT_EQ(served.code, 0) << served.err;
    write("web.yaml", pod_manifest("web", "10.0.0.1") + "---\n" + pod_manifest("web6", "fd00::1"));
    write("other.yaml",
          pod_manifest("other", "10.0.0.2") + "---\n" + pod_manifest("other6", "fd00::2"));
    start_and_wait_until_ready();
  }

  void connect(const std::string& from, const std::string& to, std::uint16_t port,
               const std::optional<std::string>& service = {}) {
    std::optional<ServiceAddress> via;
    if (service) via = ServiceAddress{*parse_address(*service), 80};
    auto stream = Stream::connect({&*network_, *parse_address(from)},
                                  {&*network_, *parse_address(to)}, port, via);
    ASSERT_TRUE(stream) << to;
    ASSERT_TRUE(stream->goes_on()) << to;
    streams_.push_back(std::move(*stream));
  }

  Lines connections() { return connections_of(*table_); }

  std::optional<ConntrackTable> table_;
  std::vector<Stream> streams_;
};

TEST_F(DaemonAndStreams, Line22_EndWithTheirAddressThoughTheyCameThroughAService) {
  connect("192.0.2.1", "10.0.0.1", 9000);
  connect("192.0.2.1", "10.0.0.1", 8080, "10.96.0.1");
  connect("192.0.2.1", "10.0.0.2", 9000);
  connect("2001:db8::1", "fd00::1", 9000);
  connect("2001:db8::1", "fd00::1", 8080, "fd00:96::1");
  connect("2001:db8::1", "fd00::2", 9000);
  const Lines others = {"192.0.2.1>10.0.0.2", "2001:db8::1>fd00::2"};
  ASSERT_EQ(connections(), (Lines{"192.0.2.1>10.0.0.1", "192.0.2.1>10.0.0.2",
                                  "192.0.2.1>10.96.0.1 10.0.0.1>192.0.2.1",
                                  "2001:db8::1>fd00:96::1 fd00::1>2001:db8::1",
                                  "2001:db8::1>fd00::1", "2001:db8::1>fd00::2"}));
  write("web.yaml", pod_manifest("next", "10.0.0.1") + "---\n" + pod_manifest("next6", "fd00::1"));
  EXPECT_TRUE(wait_until([&] { return connections() == others; })) << daemon_->err();
}

}  // namespace
}  // namespace portcullis::test
