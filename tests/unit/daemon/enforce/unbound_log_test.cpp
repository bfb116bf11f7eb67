#include "daemon/enforce/unbound_log.h"

#include <gmock/gmock.h>

#include "compiler/binding/binding_table.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

using std::chrono::seconds;

nl::LoggedPacket ip4(const char* kind, int input, const char* source) {
  nl::LoggedPacket packet{std::string("denied-") + kind, input, 0x0800,
                          std::vector<std::uint8_t>(40)};
  for (int i = 0; i < 4; ++i)
    packet.header[static_cast<std::size_t>(12 + i)] =
        static_cast<std::uint8_t>(address(source).value >> (8 * (3 - i)));
  packet.header[16] = 10;
  packet.header[19] = 2;
  return packet;
}

class UnboundLogTest : public testing::Test {
 protected:
  UnboundLogTest() {
    bindings_.ports[7] = {"veth7", "", 1, {"shop", "web"}, {address("10.0.0.1")}};
    bindings_.ports[8] = {"veth8", "", 2, {}, {}};
  }

  std::string line(const nl::LoggedPacket& packet, int second = 0) {
    return log_.take(packet, bindings_, UnboundLog::Time() + seconds(second)).value_or("");
  }

  Bindings bindings_;
  UnboundLog log_;
};

TEST_F(UnboundLogTest, NamesPodInterfaceAndSource) {
  EXPECT_EQ(line(ip4("source", 7, "203.0.113.9")),
            "dropped what pod shop/web (interface veth7) sent, IPv4 from 203.0.113.9 to 10.0.0.2: "
            "the source is not an address of this pod");
  EXPECT_THAT(line(ip4("source", 8, "203.0.113.9")),
              testing::HasSubstr("what a pod that is gone or contested (interface veth8) sent"));
  EXPECT_THAT(line(ip4("unknown", 1, "10.0.0.9")),
              testing::HasSubstr("what no known pod (interface lo) sent"));
}

TEST_F(UnboundLogTest, KnowsEveryKindAndProtocol) {
  for (const auto* kind : kUnbound)
    EXPECT_THAT(line(ip4(kind, 7, "10.0.0.9")), testing::Not(testing::HasSubstr("pod's own")))
        << kind;
  nl::LoggedPacket packet{"denied-frames", 9, 0x88a8, {1, 2}};
  EXPECT_THAT(line(packet), testing::HasSubstr("a frame of type 0x88a8"));
  packet = {"denied-neighbor", 9, 0x0806, std::vector<std::uint8_t>(28)};
  EXPECT_THAT(line(packet), testing::HasSubstr("ARP from 0.0.0.0 about 0.0.0.0"));
  packet = {"denied-tunnel", 9, 0x86dd, std::vector<std::uint8_t>(40)};
  EXPECT_THAT(line(packet), testing::HasSubstr("IPv6 from :: to ::"));
  packet = {"denied-source", 9, 0x86dd, std::vector<std::uint8_t>(39)};
  EXPECT_THAT(line(packet), testing::HasSubstr("a frame of type 0x86dd"));
}

TEST_F(UnboundLogTest, FoldsWhatRepeatsByInterfaceAndReason) {
  EXPECT_NE(line(ip4("source", 7, "203.0.113.1")), "");
  for (int second = 1; second < 60; ++second)
    EXPECT_EQ(line(ip4("source", 7, "203.0.113.2"), second), "");
  EXPECT_NE(line(ip4("tunnel", 7, "10.0.0.1"), 30), "");
  EXPECT_NE(line(ip4("source", 8, "203.0.113.1"), 30), "");
  EXPECT_THAT(line(ip4("source", 7, "203.0.113.3"), 60),
              testing::EndsWith("this pod; and 59 or more like it before"));
  EXPECT_EQ(line(ip4("source", 7, "203.0.113.3"), 61), "");
}

TEST_F(UnboundLogTest, LeavesWhatOthersLogAlone) {
  EXPECT_EQ(line({"denied-in-1f", 7, 0x0800, {}}), "");
  EXPECT_EQ(line({"", 7, 0x0800, {}}), "");
}

}  // namespace
}  // namespace portcullis::test
