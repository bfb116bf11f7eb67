#include "compiler/base/address.h"

#include <gtest/gtest.h>

#include <string>

namespace portcullis::test {
namespace {

using namespace std::string_literals;

struct Reading {
  std::string text;
  std::string read_as;
};

TEST(Address, ReadsAddressesAndPrintsThemAsNft) {
  const Reading readings[] = {
      {"10.0.0.1", "10.0.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"010.008.0.09", "10.8.0.9"},  // decimal, not octal
      {"::", "::"},
      {"::1", "::1"},
      {"FD00::A", "fd00::a"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:0db8::0001", "2001:db8::1"},
  };
  for (const auto& [text, read_as] : readings) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), read_as);
  }
}

TEST(Address, HoldsTheValueInHostOrder) {
  EXPECT_EQ(*parse_address("10.0.1.2"), (Address{Family::kIpv4, 0x0a000102}));
  EXPECT_EQ(*parse_address("fd00::2"), (Address{Family::kIpv6, (AddressValue{0xfd00} << 112) + 2}));
}

TEST(Address, RefusesWhatIsNoAddress) {
  const std::string texts[] = {
      "",
      "10",
      "10.0.0",
      "10.0.0.0.1",
      "10.0.0.256",
      "10.0.0.-1",
      "10.0.0.+1",
      "10.0..1",
      " 10.0.0.1",
      "10.0.0.1 ",
      "0x0a.0.0.1",
      "10.0.0.1.",
      ".10.0.0.1",
      "web",
      ":::",
      "1:2:3:4:5:6:7:8:9",
      "::g",
      "fe80::1%eth0",
      "10.0.0.1/8",
      "::1\0x"s,
      "::1\0"s,
      "10.0.0.1\0"s,
      "4294967296.0.0.1",
  };
  for (const auto& text : texts) EXPECT_FALSE(parse_address(text)) << '"' << text << '"';
}

TEST(Address, FailureShowsTheTextButNotAllOfAHugeOne) {
  const auto error = parse_address("10.0.0.256").error();
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_EQ(error.message, "\"10.0.0.256\" is not an IP address");
  EXPECT_LT(parse_address(std::string(1 << 20, '1')).error().message.size(), 200u);
}

TEST(Cidr, ReadsBlocksAndMasksHostBits) {
  const Reading readings[] = {
      {"10.0.0.0/8", "10.0.0.0/8"},
      {"10.0.0.5/24", "10.0.0.0/24"},
      {"010.0.0.0/08", "10.0.0.0/8"},
      {"10.0.0.1/32", "10.0.0.1/32"},
      {"10.0.0.1/31", "10.0.0.0/31"},
      {"255.255.255.255/0", "0.0.0.0/0"},
      {"fd00::1:2/112", "fd00::1:0/112"},
      {"fd00::1/128", "fd00::1/128"},
      {"ffff::/0", "::/0"},
  };
  for (const auto& [text, read_as] : readings) {
    const auto cidr = parse_cidr(text);
    ASSERT_TRUE(cidr) << text;
    EXPECT_EQ(to_string(*cidr), read_as);
  }
}

TEST(Cidr, RefusesWhatIsNoBlock) {
  const char* texts[] = {
      "",
      "10.0.0.0",
      "10.0.0.0/",
      "/8",
      "10.0.0.0/33",
      "fd00::/129",
      "10.0.0.0/-1",
      "10.0.0/8",
      "10.0.0.0/8/8",
      "10.0.0.0/255.0.0.0",
      "10.0.0.0/ 8",
      "10.0.0.0/+8",
      "10.0.0.0/a",
      "10.0.0.0/4294967304",
  };
  for (const auto* text : texts) EXPECT_FALSE(parse_cidr(text)) << '"' << text << '"';
}

TEST(Cidr, FailureSaysHowToWriteOne) {
  EXPECT_EQ(parse_cidr("10.0.0.0").error().message,
            "\"10.0.0.0\" is not a CIDR block such as 10.0.0.0/8 or 2001:db8::/32");
}

TEST(Cidr, EndsAtItsLastAddress) {
  EXPECT_EQ(to_string(parse_cidr("10.0.0.0/30")->last()), "10.0.0.3");
  EXPECT_EQ(to_string(parse_cidr("10.0.0.7/32")->last()), "10.0.0.7");
  EXPECT_EQ(to_string(parse_cidr("0.0.0.0/0")->last()), "255.255.255.255");
  EXPECT_EQ(parse_cidr("::/0")->last().value, max_value(Family::kIpv6));
}

TEST(Cidr, ContainsAddressesOfItsRangeAndFamily) {
  struct Case {
    const char* block;
    const char* address;
    bool contained;
  };
  const Case cases[] = {
      {"10.0.0.0/24", "10.0.0.0", true},    {"10.0.0.0/24", "10.0.0.255", true},
      {"10.0.0.0/24", "10.0.1.0", false},   {"10.0.0.0/24", "9.255.255.255", false},
      {"0.0.0.0/0", "255.1.2.3", true},     {"10.0.0.1/32", "10.0.0.1", true},
      {"10.0.0.1/32", "10.0.0.2", false},   {"::/0", "ffff::1", true},
      {"::/0", "10.0.0.1", false},          {"0.0.0.0/0", "::a00:1", false},
      {"fd00::/64", "fd00::1:0:0:0", true}, {"fd00::/64", "fd00:0:0:1::", false},
  };
  for (const auto& [block, text, contained] : cases) {
    EXPECT_EQ(parse_cidr(block)->contains(*parse_address(text)), contained) << block << " " << text;
  }
}

TEST(Cidr, ContainsBlocksThatLieInside) {
  const auto contains = [](const char* outer, const char* inner) {
    return parse_cidr(outer)->contains(*parse_cidr(inner));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.0/16"));
  EXPECT_TRUE(contains("10.0.0.0/8", "10.0.0.0/8"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0/16"));
  EXPECT_FALSE(contains("10.0.0.0/16", "10.0.0.0/8"));
  EXPECT_FALSE(contains("::/0", "10.0.0.0/8"));
}

}  // namespace
}  // namespace portcullis::test
