#include "daemon/netlink/routes/port_table.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>
#include <optional>
#include <string>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::nl {
namespace {

using test::ChildSetup;
using test::NetworkNamespace;

// Leaves this thread only these.
bool keep_capabilities(std::initializer_list<int> kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (const int capability : kept) {
    auto& word = data[capability / 32];
    word.effective |= 1U << (capability % 32);
    word.permitted |= 1U << (capability % 32);
  }
  return syscall(SYS_capset, &header, data) == 0;
}

// A node and two pods: each a network namespace.
class Ports : public testing::Test {
 protected:
  void SetUp() override {
    for (auto* place : {&node_, &pod_, &other_}) {
      auto made = NetworkNamespace::create();
      if (!made) GTEST_SKIP() << made.error().message;
      place->emplace(std::move(*made));
    }
  }

  void ip(const NetworkNamespace& where, const std::string& commands) {
    const auto done = run_to_end(ChildSetup{{"ip", "-batch", "-"}, {}, &where, commands + "\n"});
    ASSERT_EQ(done.code, 0) << commands << ": " << done.err;
  }

  void wire(const NetworkNamespace& pod, const std::string& name) {
    ip(*node_, "link add " + name + " type veth peer name eth0 netns " + pod.path() +
                   "\nlink set " + name + " up");
    ip(pod, "link set lo up\nlink set eth0 up");
  }

  void open(std::initializer_list<int> capabilities) {
    node_->run([&] {
      ASSERT_TRUE(keep_capabilities(capabilities));
      auto opened = PortTable::open();
      ASSERT_TRUE(opened) << opened.error().message;
      table_.emplace(std::move(*opened));
    });
  }

  // "veth1 10.0.0.1 fd00::1; veth2 on br0", as of now, by a thread with the capability that it
  // takes.
  std::string ports() {
    std::string text;
    node_->run([&] {
      EXPECT_TRUE(keep_capabilities({CAP_NET_ADMIN}));
      const auto done = table_->read();
      EXPECT_TRUE(done) << done.error().message;
    });
    for (const auto& port : table_->ports()) {
      text += (text.empty() ? "" : "; ") + port.interface;
      if (!port.bridge.empty()) text += " on " + port.bridge;
      for (const auto& address : port.addresses) text += ' ' + to_string(address);
    }
    return text;
  }

  bool becomes(const std::string& wanted) {
    std::string last;
    const bool became = test::wait_until([&] { return (last = ports()) == wanted; });
    EXPECT_EQ(last, wanted);
    return became;
  }

  bool has_notifications() const {
    pollfd waiting{table_->fd(), POLLIN, 0};
    return poll(&waiting, 1, 0) == 1;
  }

  std::optional<NetworkNamespace> node_;
  std::optional<NetworkNamespace> pod_;
  std::optional<NetworkNamespace> other_;
  std::optional<PortTable> table_;
};

TEST_F(Ports, AreThoseThatAreThereAtFirst) {
  wire(*pod_, "veth1");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0\naddress add fd00::1/64 dev eth0 nodad");
  ip(*node_, "link add br0 type bridge\nlink add here type veth peer name there");
  wire(*other_, "veth2");
  ip(*node_, "link set veth2 master br0");
  open({CAP_NET_ADMIN});
  EXPECT_EQ(ports(), "veth1 10.0.0.1 fd00::1; veth2 on br0");
}

TEST_F(Ports, ComeAndGoByNotifications) {
  open({CAP_NET_ADMIN});
  EXPECT_EQ(ports(), "");
  EXPECT_FALSE(has_notifications());
  wire(*pod_, "veth1");
  EXPECT_TRUE(has_notifications());
  EXPECT_EQ(ports(), "veth1");
  ip(*node_, "link add br0 type bridge\nlink set veth1 master br0");
  EXPECT_EQ(ports(), "veth1 on br0");
  ip(*node_, "link set veth1 nomaster");
  EXPECT_EQ(ports(), "veth1");
  ip(*node_, "link set veth1 down\nlink set veth1 name lxc1");
  EXPECT_EQ(ports(), "lxc1");
  ip(*node_, "link del lxc1");
  EXPECT_EQ(ports(), "");
}

TEST_F(Ports, HearOfAddressesWithOneMoreCapability) {
  open({CAP_NET_ADMIN, CAP_NET_BROADCAST});
  EXPECT_TRUE(table_->hears_of_addresses());
  wire(*pod_, "veth1");
  EXPECT_TRUE(becomes("veth1"));
  while (has_notifications()) ports();
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  EXPECT_TRUE(has_notifications());
  EXPECT_EQ(ports(), "veth1 10.0.0.1");
  ip(*pod_, "address del 10.0.0.1/24 dev eth0\naddress add 10.0.0.2/32 dev lo");
  EXPECT_EQ(ports(), "veth1 10.0.0.2");
}

TEST_F(Ports, DoNotHearOfAddressesWithoutIt) {
  open({CAP_NET_ADMIN});
  EXPECT_FALSE(table_->hears_of_addresses());
  wire(*pod_, "veth1");
  EXPECT_TRUE(becomes("veth1"));
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  table_->doubt_addresses();
  EXPECT_EQ(ports(), "veth1 10.0.0.1");
}

TEST_F(Ports, AreReadAgainWhenNotificationsWereLost) {
  open({CAP_NET_ADMIN});
  wire(*pod_, "veth1");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  EXPECT_TRUE(becomes("veth1 10.0.0.1"));
  const int little = 1;
  ASSERT_EQ(setsockopt(table_->fd(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little), 0);
  std::string flood;
  for (int i = 0; i < 50; ++i) flood += "link set veth1 down\nlink set veth1 up\n";
  ip(*node_, flood + "link del veth1");
  wire(*other_, "veth2");
  ip(*other_, "address add 10.0.0.2/24 dev eth0");
  EXPECT_TRUE(becomes("veth2 10.0.0.2"));
}

// The number of a namespace that has gone may be another's afterwards.
TEST_F(Ports, OfNamespacesThatComeAndGo) {
  open({CAP_NET_ADMIN, CAP_NET_BROADCAST});
  for (int round = 1; round <= 5; ++round) {
    auto pod = NetworkNamespace::create();
    ASSERT_TRUE(pod);
    wire(*pod, "veth1");
    const auto own = "10.0.0." + std::to_string(round);
    ip(*pod, "address add " + own + "/24 dev eth0");
    EXPECT_TRUE(becomes("veth1 " + own));
    ip(*node_, "link del veth1");
  }
  EXPECT_TRUE(becomes(""));
}

}  // namespace
}  // namespace portcullis::nl
