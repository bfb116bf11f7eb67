#include "daemon/netlink/log/packet_log.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <optional>

#include "tests/support/process/wait_until.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kGroup = 7;

using PacketLogTest = KernelTest;

TEST_F(PacketLogTest, HearsOfPacketsWithTheirPrefixAndInterface) {
  load(
      "table inet t { chain c { type filter hook input priority 0; "
      "udp dport 4000 log prefix \"denied-source\" group 7 drop; }; }");
  inside().run([] {
    auto log = nl::PacketLog::open(kGroup);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_TRUE(log->read().empty());
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    ASSERT_EQ(ioctl(socket, SIOCSIFFLAGS, &loopback), 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(4000);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(sendto(socket, "?", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
    close(socket);
    std::vector<nl::LoggedPacket> packets;
    ASSERT_TRUE(wait_until([&] {
      packets = log->read();
      return !packets.empty();
    }));
    EXPECT_EQ(packets[0].prefix, "denied-source");
    EXPECT_EQ(packets[0].input, static_cast<int>(if_nametoindex("lo")));
    EXPECT_EQ(packets[0].ether_type, 0x0800);
    ASSERT_GE(packets[0].header.size(), 20U);
    EXPECT_EQ(packets[0].header[12], 127);
  });
}

TEST_F(PacketLogTest, HasAGroupToItself) {
  inside().run([] {
    std::optional<nl::PacketLog> first(nl::PacketLog::open(kGroup).value());
    const auto second = nl::PacketLog::open(kGroup);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kBusy);
    EXPECT_EQ(second.error().message, "nflog group 7 has another listener");
    EXPECT_TRUE(nl::PacketLog::open(kGroup + 1));
    first.reset();
    EXPECT_TRUE(wait_until([] { return nl::PacketLog::open(kGroup).has_value(); }));
  });
}

}  // namespace
}  // namespace portcullis::test
