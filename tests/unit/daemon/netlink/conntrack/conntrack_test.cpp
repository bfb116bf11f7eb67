#include "daemon/netlink/conntrack/conntrack.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/support/conntrack/conntrack_table.h"
#include "tests/support/process/http_client.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

using Lines = std::vector<std::string>;

class ConntrackForgets : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    table_ = ConntrackTable::open(inside());
    if (!table_) GTEST_SKIP() << "this kernel has no ctnetlink";
    inside().run([&] {
      auto opened = nl::Conntrack::open();
      ASSERT_TRUE(opened) << opened.error().message;
      conntrack_.emplace(std::move(*opened));
    });
  }

  void add(const Lines& connections) {
    for (const auto& connection : connections) table_->add(connection);
  }

  std::size_t forget(const Lines& texts) {
    std::vector<Address> addresses;
    for (const auto& text : texts) addresses.push_back(address(text));
    const auto forgotten = conntrack_->forget(addresses);
    if (forgotten) return forgotten->deleted;
    ADD_FAILURE() << forgotten.error().message;
    return 0;
  }

  std::optional<ConntrackTable> table_;
  std::optional<nl::Conntrack> conntrack_;
};

TEST_F(ConntrackForgets, WhereverTheAddressStands) {
  const Lines others = {"10.0.0.10>10.0.0.2", "10.0.0.2>10.0.0.10",
                        "10.0.0.2>10.96.0.1 10.0.0.3>10.0.0.2"};
  add(others);
  add({"10.0.0.1>10.0.0.2", "10.0.0.2>10.0.0.1",     // plainly
       "10.0.0.2>10.96.0.1 10.0.0.1>10.0.0.2",       // behind a Service
       "10.0.0.1>192.0.2.1 192.0.2.1>198.51.100.1",  // behind its node's address
       "10.0.0.2>10.0.0.3 10.0.0.3>10.0.0.1"});      // translated to it
  EXPECT_EQ(forget({"10.0.0.1"}), 5U);
  EXPECT_THAT(table_->list(), ::testing::UnorderedElementsAreArray(others));
}

TEST_F(ConntrackForgets, SeveralAddressesOfBothFamilies) {
  add({"10.0.0.1>10.0.0.2", "10.0.0.3>10.0.0.2", "10.0.0.4>10.0.0.2", "fd00::1>fd00::2",
       "fd00::3>fd00::4", "fd00::4>fd00::2", "fd00::4>fd00::a fd00::2>fd00::4"});
  EXPECT_EQ(forget({"fd00::2", "10.0.0.3", "10.0.0.1"}), 5U);
  EXPECT_EQ(table_->list(), (Lines{"10.0.0.4>10.0.0.2", "fd00::3>fd00::4"}));
}

TEST_F(ConntrackForgets, OneFamilyAlone) {
  const Lines v4 = {"10.0.0.1>10.0.0.2"};
  const Lines v6 = {"fd00::1>fd00::2", "fd00::2>fd00::1", "fd00::2>fd00::a fd00::1>fd00::2",
                    "fd00::3>fd00::2"};
  add(v4);
  add(v6);
  EXPECT_EQ(forget({"fd00::1"}), 3U);
  EXPECT_EQ(table_->list(), (Lines{"10.0.0.1>10.0.0.2", "fd00::3>fd00::2"}));
  EXPECT_EQ(forget({"10.0.0.2"}), 1U);
  EXPECT_EQ(table_->list(), Lines{"fd00::3>fd00::2"});
}

// 10.0.0.1 and ::10.0.0.1 are the same number.
TEST_F(ConntrackForgets, AnAddressOfOneFamilyIsNotItsNumberInTheOther) {
  add({"::10.0.0.1>fd00::2", "10.0.0.1>10.0.0.2"});
  EXPECT_EQ(forget({"10.0.0.1", "fd00::9"}), 1U);
  EXPECT_EQ(table_->list(), Lines{"::10.0.0.1>fd00::2"});
}

// One tuple in several zones is several entries.
TEST_F(ConntrackForgets, InEveryZone) {
  const std::uint16_t port = 1;
  for (const std::string client : {"10.0.0.1", "10.0.0.3"}) {
    table_->add(client + ">10.0.0.2", port);
    table_->add(client + ">10.0.0.2 zone 7", port);
    table_->add(client + ">10.0.0.2 10.0.0.2>203.0.113." + client.back() + " original-zone 8",
                port);
    table_->add(client + ">10.0.0.9 10.0.0.2>" + client + " reply-zone 9", port);
    table_->add(client + ">10.0.0.2 zone 65535", port);
  }
  EXPECT_EQ(forget({"10.0.0.1"}), 5U);
  EXPECT_EQ(table_->list(), (Lines{"10.0.0.3>10.0.0.2", "10.0.0.3>10.0.0.2 10.0.0.2>203.0.113.3",
                                   "10.0.0.3>10.0.0.2 zone 65535", "10.0.0.3>10.0.0.2 zone 7",
                                   "10.0.0.3>10.0.0.9 10.0.0.2>10.0.0.3"}));
}

TEST_F(ConntrackForgets, NothingIfThereIsNothing) {
  EXPECT_EQ(forget({"10.0.0.1"}), 0U);
  add({"10.0.0.3>10.0.0.2"});
  EXPECT_EQ(forget({"10.0.0.1", "fd00::1"}), 0U);
  EXPECT_EQ(forget({}), 0U);
  EXPECT_EQ(table_->count(), 1U);
}

TEST_F(ConntrackForgets, ThousandsAmongThousands) {
  table_->add_many(5'000, "10.0.0.1");
  table_->add_many(5'000, "10.0.0.2");
  EXPECT_EQ(forget({"10.0.0.1"}), 5'000U);
  EXPECT_EQ(table_->count(), 5'000U);
}

void send_datagram(const char* from, const char* to) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  inet_pton(AF_INET, from, &source.sin_addr);
  sockaddr_in destination = source;
  destination.sin_port = htons(5353);
  inet_pton(AF_INET, to, &destination.sin_addr);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source), 0);
  EXPECT_EQ(sendto(fd, "x", 1, 0, reinterpret_cast<sockaddr*>(&destination), sizeof destination),
            1);
  close(fd);
}

// The kernel's own entries for packets and NAT rules.
TEST_F(ConntrackForgets, ConnectionsOfRealPackets) {
  inside().run(bring_loopback_up);
  load(
      "table ip nat { chain output { type nat hook output priority -100;\n"
      "ip daddr 127.0.0.100 dnat to 127.0.0.3; };\n"
      "chain postrouting { type nat hook postrouting priority 100;\n"
      "ip daddr 127.0.0.4 snat to 127.0.0.9; }; }");
  inside().run([] {
    send_datagram("127.0.0.2", "127.0.0.100");
    send_datagram("127.0.0.3", "127.0.0.4");
    send_datagram("127.0.0.5", "127.0.0.4");
  });
  ASSERT_EQ(table_->list(), (Lines{"127.0.0.2>127.0.0.100 127.0.0.3>127.0.0.2",
                                   "127.0.0.3>127.0.0.4 127.0.0.4>127.0.0.9",
                                   "127.0.0.5>127.0.0.4 127.0.0.4>127.0.0.9"}));
  EXPECT_EQ(forget({"127.0.0.3"}), 2U);
  EXPECT_EQ(table_->list(), Lines{"127.0.0.5>127.0.0.4 127.0.0.4>127.0.0.9"});
}

// Entries come and go while it reads: one of the two deletes each, and never another entry.
TEST_F(ConntrackForgets, WhileAnotherDeletesToo) {
  table_->add_many(1'000, "10.0.0.2");
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> others = 0;
  std::thread rival([&] {
    inside().run([&] {
      auto own = nl::Conntrack::open();
      ASSERT_TRUE(own) << own.error().message;
      while (!stop) {
        const auto forgotten = own->forget({address("10.0.0.1")});
        ASSERT_TRUE(forgotten) << forgotten.error().message;
        others += forgotten->deleted;
      }
    });
  });
  std::size_t own = 0;
  for (int round = 0; round < 50; ++round) {
    table_->add_many(200, "10.0.0.1");
    own += forget({"10.0.0.1"});
  }
  stop = true;
  rival.join();
  EXPECT_EQ(own + others, 50U * 200U);
  EXPECT_EQ(table_->count(), 1'000U);
}

TEST_F(ConntrackForgets, OnlyWithTheCapability) {
  inside().run([&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2] = {};
    ASSERT_EQ(syscall(SYS_capset, &header, none), 0);
    const auto opened = nl::Conntrack::open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kPermission);
    EXPECT_THAT(opened.error().message, ::testing::HasSubstr("CAP_NET_ADMIN"));
    const auto forgotten = conntrack_->forget({address("10.0.0.1")});
    ASSERT_FALSE(forgotten);
    EXPECT_EQ(forgotten.error().code, ErrorCode::kPermission);
  });
}

}  // namespace
}  // namespace portcullis::test
