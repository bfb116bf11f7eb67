#include "daemon/netlink/routes/port_table.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>

#include "tests/support/netns/capabilities.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::nl {
namespace {

using test::ChildSetup;
using test::keep_capabilities;
using test::NetworkNamespace;

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

  void open(std::initializer_list<int> capabilities,
            const AddressSample::IsClaimed& is_claimed = {},
            const PortTable::ReadAddresses& read_addresses = {}) {
    node_->run([&] {
      ASSERT_TRUE(keep_capabilities(capabilities));
      auto opened = PortTable::open(is_claimed, read_addresses);
      ASSERT_TRUE(opened) << opened.error().message;
      table_.emplace(std::move(*opened));
    });
  }

  // "veth1 10.0.0.1 fd00::1; veth2 on br0", as of now, by a thread with the capability that it
  // takes.
  std::string ports() {
    const auto done = read();
    EXPECT_TRUE(done) << done.error().message;
    return known();
  }

  Result<void> read() {
    Result<void> done;
    node_->run([&] {
      EXPECT_TRUE(keep_capabilities({CAP_NET_ADMIN}));
      done = table_->read();
    });
    return done;
  }

  std::string known() const {
    std::string text;
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

TEST_F(Ports, HaveTheAddressesOfANamespaceByItsFile) {
  wire(*pod_, "veth1");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  open({CAP_NET_ADMIN});
  EXPECT_EQ(ports(), "veth1 10.0.0.1");
  node_->run([&] {
    EXPECT_EQ(table_->addresses_in(pod_->path()).value(), std::vector{*parse_address("10.0.0.1")});
    EXPECT_EQ(table_->addresses_in(other_->path()).error().message,
              "no interface of this node leads to " + other_->path());
    EXPECT_EQ(table_->addresses_in("/none").error().message,
              "cannot open /none: No such file or directory");
    EXPECT_FALSE(table_->addresses_in("/dev/null"));
  });
}

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

TEST_F(Ports, OfAPodThatFloodsItsNamespaceKeepItsOwnAddress) {
  const auto own = *parse_address("172.16.0.1");
  wire(*pod_, "veth1");
  std::string flood;
  for (int i = 0; i < 2'000; ++i) {
    flood += "address add 10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1) +
             "/32 dev lo\n";
  }
  ip(*pod_, flood + "address add 172.16.0.1/32 dev eth0");
  open({CAP_NET_ADMIN}, [&](const Address& address) { return address == own; });
  EXPECT_TRUE(read());
  const auto ports = table_->ports();
  ASSERT_EQ(ports.size(), 1U);
  EXPECT_EQ(ports[0].addresses.size(), PortTable::kMostUnclaimed + 1);
  EXPECT_EQ(ports[0].addresses.back(), own);
  EXPECT_TRUE(table_->wants_more());
}

// Namespaces whose addresses the test makes up. They are read anew after each round().
class MadeUpPorts : public Ports {
 protected:
  void SetUp() override {
    Ports::SetUp();
    if (IsSkipped()) return;
    wire(*pod_, "veth1");
    wire(*other_, "veth2");
    ip(*node_, "link set veth1 up");
    open(
        {CAP_NET_ADMIN}, [this](const Address& address) { return address == claimed_; },
        [this](int number, Family family, const std::function<void(const Address&)>& take) {
          return read_addresses(number, family, take);
        });
  }

  Result<void> read_addresses(int number, Family family,
                              const std::function<void(const Address&)>& take) {
    if (family != Family::kIpv4) return {};
    ++reads_[number];
    for (const auto& each : behind_[number]) take(each);
    const auto fault = faults_.find(number);
    if (fault == faults_.end()) return {};
    return tl::unexpected(fault->second);
  }

  static Address address(std::uint32_t last) {
    return {Family::kIpv4, (AddressValue{10} << 24) + last};
  }

  Result<void> round() {
    table_->doubt_addresses();
    return read();
  }

  int number_of(std::size_t index) const { return table_->ports().at(index).network_namespace; }

  const std::vector<Address>& seen(std::size_t index) {
    return seen_[index] = table_->ports().at(index).addresses;
  }

  std::map<int, std::vector<Address>> behind_;
  std::map<int, Error> faults_;
  std::map<int, int> reads_;
  std::map<std::size_t, std::vector<Address>> seen_;
  Address claimed_ = address(0xffffff);
};

TEST_F(MadeUpPorts, OneThatCannotBeReadKeepsWhatIsKnownAndHoldsUpNoOther) {
  ASSERT_TRUE(read());
  const int first = number_of(0);
  const int second = number_of(1);
  behind_ = {{first, {address(1)}}, {second, {address(2)}}};
  ASSERT_TRUE(round());
  EXPECT_FALSE(table_->wants_more());
  behind_ = {{first, {address(3)}}, {second, {address(4)}}};
  for (const auto code : {ErrorCode::kInterrupted, ErrorCode::kIo}) {
    faults_ = {{first, {code, "no such luck"}}};
    Result<void> done;
    ASSERT_TRUE(test::wait_until([&] { return !(done = round()) && done.error().code == code; }));
    EXPECT_NE(done.error().message.find("cannot read the addresses behind veth1: "),
              std::string::npos)
        << done.error().message;
    EXPECT_EQ(known(), "veth1 10.0.0.1 10.0.0.3; veth2 10.0.0.4");
    EXPECT_TRUE(table_->wants_more());
  }
  faults_.emplace(second, Error{ErrorCode::kIo, "nor here"});
  const auto both = round();
  ASSERT_FALSE(both);
  EXPECT_NE(both.error().message.find("the same for 1 more"), std::string::npos)
      << both.error().message;
  EXPECT_FALSE(read()) << "nor where it rests";
  faults_.clear();
  ASSERT_TRUE(test::wait_until([&] { return read() && !table_->wants_more(); }));
  EXPECT_EQ(known(), "veth1 10.0.0.3; veth2 10.0.0.4");
}

TEST_F(MadeUpPorts, ManyAddressesHideNoneThatIsClaimed) {
  ASSERT_TRUE(read());
  auto& behind = behind_[number_of(0)];
  behind.push_back(claimed_);  // the highest
  for (std::uint32_t i = 100'000; i > 0; --i) behind.push_back(address(i));
  ASSERT_TRUE(round());
  ASSERT_EQ(seen(0).size(), PortTable::kMostUnclaimed + 1);
  EXPECT_EQ(seen(0).front(), address(1));
  EXPECT_EQ(seen(0).back(), claimed_);
  claimed_ = address(50'000);  // by a pod that is new
  EXPECT_TRUE(table_->wants_more());
  EXPECT_TRUE(test::wait_until([&] { return read() && seen(0).back() == claimed_; }));
}

TEST_F(MadeUpPorts, ManyAddressesAreNotReadAtEachNotification) {
  ASSERT_TRUE(read());
  const int number = number_of(0);
  for (std::uint32_t i = 0; i < 100'000; ++i) behind_[number].push_back(address(i));
  ASSERT_TRUE(round());
  const int before = reads_[number];
  const int others = reads_[number_of(1)];
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(round());
  EXPECT_EQ(reads_[number], before);
  EXPECT_EQ(reads_[number_of(1)], others + 3);
  EXPECT_TRUE(test::wait_until([&] { return read() && reads_[number] > before; }));
}

TEST_F(MadeUpPorts, OneThatIsUnreadableIsForgottenWithItsInterface) {
  ASSERT_TRUE(read());
  const int first = number_of(0);
  behind_[first] = {address(1)};
  ASSERT_TRUE(round());
  EXPECT_EQ(known(), "veth1 10.0.0.1; veth2");
  ip(*node_, "link del veth1");
  auto next = test::NetworkNamespace::create();
  ASSERT_TRUE(next);
  wire(*next, "veth3");
  faults_ = {{first, {ErrorCode::kIo, "no"}}};
  behind_.clear();
  test::wait_until([&] {
    static_cast<void>(read());
    return known() == "veth2; veth3";
  });
  EXPECT_EQ(known(), "veth2; veth3") << "even if it has the number of the former";
}

}  // namespace
}  // namespace portcullis::nl
