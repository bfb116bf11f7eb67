#include <gmock/gmock.h>

#include "compiler/ruleset/print.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

// Foreign changes of our table are seen, and repaired by the difference to the desired ruleset.
namespace portcullis::test {
namespace {

class ForeignChange : public KernelTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(ForeignChange, IsSeenAndMended) {
  apply(everything());
  load(GetParam());
  EXPECT_FALSE(dumped() == everything());
  apply(everything());
  EXPECT_TRUE(dumped() == everything());
}

#define OURS "inet portcullis "

INSTANTIATE_TEST_SUITE_P(
    Rule, ForeignChange,
    ::testing::Values(
        "insert rule " OURS "forward accept", "add rule " OURS "out-2 accept",
        "add rule " OURS "out-2 goto out-1", "add rule " OURS "out-2 jump out-1",
        "add rule " OURS "out-2 tcp dport 22 accept",
        "add rule " OURS "out-2 tcp dport { 22, 80-90 } counter accept",
        "add rule " OURS "out-2 ip saddr vmap { 10.0.0.1 : accept }",
        "add rule " OURS "out-2 ip saddr != @peer-v4-1 return",
        "add rule " OURS "out-2 meta nfproto ipv4 counter accept",
        "add rule " OURS "out-2 ct state new accept", "add rule " OURS "out-2 ct state 2 accept",
        "add rule " OURS "out-2 ct original ip saddr 10.0.0.1 accept",
        "add rule " OURS "out-2 meta mark set 1", "add rule " OURS "out-2 ip ttl set 3",
        "add rule " OURS "out-2 limit rate 1/second log prefix \"x\" accept",
        "add rule " OURS "out-2 ip saddr 10.0.0.0/8 accept",
        "add rule " OURS "out-2 ip6 hoplimit > 3 accept", "add rule " OURS "out-2 notrack",
        "add rule " OURS "out-2 jump { accept; }", "flush chain " OURS "out-1"));

INSTANTIATE_TEST_SUITE_P(
    Set, ForeignChange,
    ::testing::Values("add set " OURS "theirs { type ipv4_addr; }",
                      "add set " OURS "theirs { type ipv4_addr; timeout 1h; }",
                      "add set " OURS "theirs { type ether_addr; }",
                      "add set " OURS "theirs { type mark; elements = { 1, 2 }; }",
                      "add set " OURS "theirs { type ifname; flags interval; }",
                      "add set " OURS "theirs { type ipv4_addr . ifname; }",
                      "add set " OURS "theirs { type ipv4_addr; size 5; }",
                      "add set " OURS "theirs { type ipv4_addr; counter; elements = { 1.2.3.4 } }",
                      "add set " OURS "theirs { type ipv6_addr . ipv6_addr . ipv6_addr; }",
                      "add map " OURS "theirs { type ipv4_addr : inet_service; }"));

INSTANTIATE_TEST_SUITE_P(
    Element, ForeignChange,
    ::testing::Values("add element " OURS "peer-v4-1 { 10.9.9.9 }",
                      "delete element " OURS "peer-v4-1 { 10.0.0.1 }",
                      "add element " OURS "peer-v4-1 { 10.9.9.9 comment \"theirs\" }",
                      "add element " OURS "peer-v4-1 { * }", "flush set " OURS "peer-v4-1",
                      "add element " OURS "cidr-v4-1 { 172.16.0.0/12 }",
                      "add element " OURS "cidr-v4-1 { 11.0.0.0-11.0.0.5 }",
                      "delete element " OURS "cidr-v4-1 { 192.0.2.7 }",
                      "add element " OURS "port-2 { 9000-9001 . tcp }",
                      "add element " OURS "egress-v4 { 10.9.9.9 : accept }",
                      "add element " OURS "egress-v4 { 10.9.9.9 : goto out-1 }",
                      "delete element " OURS "egress-v4 { 10.0.0.1 }",
                      "delete element " OURS "egress-v4 { 10.0.0.1 }\n"
                      "add element " OURS "egress-v4 { 10.0.0.1 : jump out-2 }"));

INSTANTIATE_TEST_SUITE_P(
    Chain, ForeignChange,
    ::testing::Values("add chain " OURS "theirs",
                      "add chain " OURS
                      "theirs { type nat hook postrouting priority 100; policy accept; }",
                      "add chain " OURS "forward { policy drop; }", "delete chain " OURS "in-1",
                      "delete table " OURS, "delete table " OURS "; add table " OURS,
                      "add table " OURS "{ flags dormant; }", "flush table " OURS));

#undef OURS

class ForeignRule : public KernelTest {};

TEST_F(ForeignRule, HasLibnftnlsTextForEachExpression) {
  load(
      "add table inet portcullis; add chain inet portcullis c;"
      "add rule inet portcullis c tcp dport 22 accept");
  const Ruleset held = dumped();
  const std::vector<Rule> expected = {
      {{Foreign{"meta load l4proto => reg 1"}, Foreign{"cmp eq reg 1 0x00000006"},
        Foreign{"payload load 2b @ transport header + 2 => reg 1"},
        Foreign{"cmp eq reg 1 0x00001600"}, Foreign{"immediate reg 0 accept"}}}};
  EXPECT_TRUE(held.chains.at("c").rules == expected) << to_string(held.chains.at("c").rules[0]);
}

// The same rules written by nft(8) are ours: the kernel keeps no author.
TEST_F(ForeignRule, OursLoadedByNftIsOurs) {
  load(
      "table inet portcullis { set s { type ipv4_addr; }\n"
      "chain c { ct state established,related accept; ip saddr @s counter return; }; }");
  const Ruleset held = dumped();
  const std::vector<Rule> expected = {
      {{ConntrackState{6}, Verdict{Verdict::Kind::kAccept}}},
      {{InSet{{Field::kIp4Source}, "s"}, Counter{}, Verdict{Verdict::Kind::kReturn}}}};
  EXPECT_TRUE(held.chains.at("c").rules == expected);
}

TEST_F(ForeignRule, CountedPacketsMakeNoDifference) {
  load("table inet portcullis { chain c { counter packets 5 bytes 300 drop; }; }");
  EXPECT_TRUE((dumped().chains.at("c").rules ==
               std::vector<Rule>{{{Counter{}, Verdict{Verdict::Kind::kDrop}}}}));
}

}  // namespace
}  // namespace portcullis::test
