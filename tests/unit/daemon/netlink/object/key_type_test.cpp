#include "daemon/netlink/object/key_type.h"

#include <gtest/gtest.h>

#include "daemon/netlink/object/userdata.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

using enum FieldType;

SetSpec set_of(std::vector<FieldType> key) { return {"s", std::move(key), true, false, ""}; }

TEST(KeyType, NumbersAreNfts) {
  EXPECT_EQ(nl::wire_type({kIpv4Addr}), 7U);
  EXPECT_EQ(nl::wire_type({kInetProto, kInetService}), 0x30dU);
  EXPECT_EQ(nl::wire_type({kIpv4Addr, kInetProto, kInetService}), 0x730dU);
}

TEST(KeyType, ParsesWhatItWrites) {
  const std::vector<std::vector<FieldType>> keys = {{kIpv4Addr},
                                                    {kIpv6Addr},
                                                    {kInetProto},
                                                    {kInetService},
                                                    {kIpv6Addr, kIpv6Addr},
                                                    {kIpv6Addr, kInetProto, kInetService}};
  for (const auto& key : keys) EXPECT_EQ(nl::parse_wire_type(nl::wire_type(key)), key);
}

TEST(KeyType, OthersAreUnknown) {
  EXPECT_EQ(nl::parse_wire_type(0), std::nullopt);
  EXPECT_EQ(nl::parse_wire_type(9), std::nullopt);                     // ether_addr
  EXPECT_EQ(nl::parse_wire_type(7 << 6 | 20), std::nullopt);           // ipv4_addr . iface_index
  EXPECT_EQ(nl::parse_wire_type(8 << 12 | 8 << 6 | 8), std::nullopt);  // too long
}

TEST(KeyType, LoneFieldsAreNotPadded) {
  const SetSpec ports = set_of({kInetService});
  const ElementKey https = ElementKey().append_port(443);
  EXPECT_EQ(nl::wire_key(ports, https).size(), 2U);
  EXPECT_EQ(nl::parse_wire_key(ports, nl::wire_key(ports, https)), https);
  EXPECT_EQ(nl::parse_wire_key(ports, https.bytes()), std::nullopt);
}

TEST(KeyType, NeighboursCarry) {
  const SetSpec v4 = set_of({kIpv4Addr});
  EXPECT_EQ(nl::next(v4, address_key("10.0.255.255")), address_key("10.1.0.0"));
  EXPECT_EQ(nl::previous(v4, address_key("10.1.0.0")), address_key("10.0.255.255"));
  EXPECT_EQ(nl::next(v4, address_key("255.255.255.255")), std::nullopt);
  EXPECT_EQ(nl::previous(v4, address_key("0.0.0.0")), std::nullopt);
  EXPECT_EQ(nl::next(v4, nl::smallest(v4)), address_key("0.0.0.1"));
  EXPECT_EQ(nl::previous(v4, nl::largest(v4)), address_key("255.255.255.254"));
}

TEST(Userdata, CommentIsFoundAmongOthers) {
  nl::Userdata userdata;
  nl::append_u32(userdata, 0, 2);
  nl::append_comment(userdata, 7, "hello");
  EXPECT_EQ(nl::find_comment(userdata, 7), "hello");
  EXPECT_EQ(nl::find_comment(userdata, 3), "");
}

TEST(Userdata, GarbageOfOthersIsHarmless) {
  const nl::Userdata lies = {7, 200, 'x'};
  EXPECT_EQ(nl::find_comment(lies, 7), "");
  const nl::Userdata unterminated = {7, 2, 'o', 'k'};
  EXPECT_EQ(nl::find_comment(unterminated, 7), "ok");
  EXPECT_EQ(nl::find_comment(nl::Userdata{7}, 7), "");
}

}  // namespace
}  // namespace portcullis::test
