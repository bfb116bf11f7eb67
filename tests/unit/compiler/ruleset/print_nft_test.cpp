#include <gtest/gtest.h>

#include "compiler/ruleset/print.h"
#include "tests/support/model/cluster_builder.h"

// Every text here was compared with nft(8)'s listing after loading it.
namespace portcullis::test::print_nft_test {
namespace {

ElementKey one(std::string_view text) { return ElementKey().append(address(text)); }

ElementKey port(std::uint8_t protocol, std::uint16_t number) {
  auto key = ElementKey().append_port(number);
  return key.append_protocol(protocol);
}

Element range(std::string_view first, std::string_view last) { return {one(first), one(last), {}}; }

std::string print(const Set& set) {
  Ruleset ruleset;
  ruleset.sets[set.spec.name] = set;
  return print_nft(ruleset);
}

std::string print(const Chain& chain) {
  Ruleset ruleset;
  ruleset.chains[chain.spec.name] = chain;
  return print_nft(ruleset);
}

const SetSpec kIpv4Hash{"s", {FieldType::kIpv4Addr}, false, false, ""};
const SetSpec kIpv4Interval{"s", {FieldType::kIpv4Addr}, true, false, ""};
const SetSpec kIpv6Interval{"s", {FieldType::kIpv6Addr}, true, false, ""};
const SetSpec kPorts{"s", {FieldType::kInetService, FieldType::kInetProto}, true, false, ""};

TEST(PrintNft, EmptyTable) { EXPECT_EQ(print_nft({}), "table inet portcullis {\n}\n"); }

TEST(PrintNft, SetWithoutElements) {
  EXPECT_EQ(print(Set{{"peer-v4-1f", {FieldType::kIpv4Addr}, false, false, "app=web in shop"}, {}}),
            R"(table inet portcullis {
	set peer-v4-1f {
		type ipv4_addr
		comment "app=web in shop"
	}
}
)");
}

TEST(PrintNft, Ipv4AddressesAreTwoToALine) {
  EXPECT_EQ(
      print(Set{kIpv4Hash,
                {{one("10.0.0.1"), {}, {}}, {one("10.0.0.2"), {}, {}}, {one("10.0.0.3"), {}, {}}}}),
      R"(table inet portcullis {
	set s {
		type ipv4_addr
		elements = { 10.0.0.1, 10.0.0.2,
			     10.0.0.3 }
	}
}
)");
}

TEST(PrintNft, RangesThatAreBlocksArePrefixes) {
  EXPECT_EQ(print(Set{kIpv4Interval,
                      {range("10.0.0.0", "10.255.255.255"), range("11.0.0.1", "11.0.0.9"),
                       range("12.0.0.1", "12.0.0.1"), range("240.0.0.0", "255.255.255.255")}}),
            R"(table inet portcullis {
	set s {
		type ipv4_addr
		flags interval
		elements = { 10.0.0.0/8, 11.0.0.1-11.0.0.9,
			     12.0.0.1, 240.0.0.0/4 }
	}
}
)");
}

TEST(PrintNft, RangeOfEveryAddressIsPrefixZero) {
  EXPECT_EQ(to_string(range("0.0.0.0", "255.255.255.255"), kIpv4Interval), "0.0.0.0/0");
  EXPECT_EQ(to_string(range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), kIpv6Interval),
            "::/0");
}

TEST(PrintNft, RangeOfABlocksSizeOutOfPlaceIsNoPrefix) {
  EXPECT_EQ(to_string(range("10.0.0.1", "10.0.0.2"), kIpv4Interval), "10.0.0.1-10.0.0.2");
  EXPECT_EQ(to_string(range("10.0.0.0", "10.0.0.1"), kIpv4Interval), "10.0.0.0/31");
  EXPECT_EQ(to_string(range("10.0.0.128", "10.0.1.127"), kIpv4Interval), "10.0.0.128-10.0.1.127");
  EXPECT_EQ(to_string(range("fd00::1", "fd00::2"), kIpv6Interval), "fd00::1-fd00::2");
  EXPECT_EQ(to_string(range("fd00::", "fd00::ffff"), kIpv6Interval), "fd00::/112");
}

TEST(PrintNft, PortsAreOneToALineAndNeverPrefixes) {
  EXPECT_EQ(print(Set{kPorts,
                      {{port(6, 0), port(6, 65535), {}},
                       {port(132, 1), port(132, 2), {}},
                       {port(17, 53), port(17, 53), {}},
                       {port(17, 80), port(17, 95), {}}}}),
            R"(table inet portcullis {
	set s {
		type inet_service . inet_proto
		flags interval
		elements = { 0-65535 . tcp,
			     1-2 . sctp,
			     53 . udp,
			     80-95 . udp }
	}
}
)");
}

TEST(PrintNft, HashedConcatenationsAreInTheOrderThatNftListsThem) {
  const SetSpec self{"self-v4", {FieldType::kIpv4Addr, FieldType::kIpv4Addr}, false, false, ""};
  const auto twice = [](const char* text) {
    return Element{one(text).append(address(text)), {}, {}};
  };
  EXPECT_EQ(print(Set{self, {twice("10.0.0.1"), twice("10.0.0.2"), twice("10.0.1.0")}}),
            R"(table inet portcullis {
	set self-v4 {
		type ipv4_addr . ipv4_addr
		elements = { 10.0.1.0 . 10.0.1.0,
			     10.0.0.1 . 10.0.0.1,
			     10.0.0.2 . 10.0.0.2 }
	}
}
)");
}

TEST(PrintNft, VerdictMap) {
  const SetSpec map{"egress-v6", {FieldType::kIpv6Addr}, false, true, "local pods"};
  EXPECT_EQ(print(Set{map, {{one("fd00::1"), {}, "out-1"}, {one("fd00::2"), {}, "out-2", true}}}),
            R"(table inet portcullis {
	map egress-v6 {
		type ipv6_addr : verdict
		comment "local pods"
		elements = { fd00::1 : jump out-1,
			     fd00::2 : goto out-2 }
	}
}
)");
}

TEST(PrintNft, BaseChainWithRules) {
  const Rule replies{{ConntrackState{ConntrackState::kEstablished | ConntrackState::kRelated},
                      Verdict{Verdict::Kind::kAccept}}};
  EXPECT_EQ(print(Chain{{"forward", BaseChain{}, "every packet"}, {replies}}),
            R"(table inet portcullis {
	chain forward {
		comment "every packet"
		type filter hook forward priority filter - 1; policy accept;
		ct state established,related accept
	}
}
)");
}

TEST(PrintNft, PriorityIsRelativeToFilter) {
  BaseChain base;
  base.priority = 0;
  EXPECT_NE(print(Chain{{"c", base, ""}, {}}).find("priority filter; policy accept;"),
            std::string::npos);
  base.priority = 5;
  base.policy = 0;
  EXPECT_NE(print(Chain{{"c", base, ""}, {}}).find("priority filter + 5; policy drop;"),
            std::string::npos);
}

TEST(PrintNft, SetsStandBeforeChainsWithALineBetween) {
  Ruleset ruleset;
  ruleset.sets["s"] = {kIpv4Hash, {}};
  ruleset.chains["c"] = {{"c", std::nullopt, ""}, {Rule{{Counter{}, Verdict{}}}}};
  EXPECT_EQ(print_nft(ruleset), R"(table inet portcullis {
	set s {
		type ipv4_addr
	}

	chain c {
		counter drop
	}
}
)");
}

TEST(PrintNft, Rules) {
  struct Case {
    std::vector<Statement> statements;
    const char* text;
  };
  const Verdict accept{Verdict::Kind::kAccept};
  const Verdict back{Verdict::Kind::kReturn};
  const Case cases[] = {
      {{Counter{}, Verdict{Verdict::Kind::kDrop}}, "counter drop"},
      {{InSet{{Field::kIp4Source}, "peer", false}, back}, "ip saddr @peer return"},
      {{InSet{{Field::kIp6Source, Field::kIp6Destination}, "self-v6", false}, accept},
       "ip6 saddr . ip6 daddr @self-v6 accept"},
      {{InSet{{Field::kDestinationPort, Field::kL4Proto}, "port", true},
        InSet{{Field::kIp4Destination}, "cidr", true}, back},
       "th dport . meta l4proto @port ip daddr @cidr return"},
      {{VerdictMap{{Field::kIp4Source}, "egress-v4"}}, "ip saddr vmap @egress-v4"},
      {{Equal{Field::kIp6HopLimit, 255}, Equal{Field::kIcmpv6Type, 135}, accept},
       "ip6 hoplimit 255 icmpv6 type nd-neighbor-solicit accept"},
      {{Equal{Field::kIcmpv6Type, 136}, accept}, "icmpv6 type nd-neighbor-advert accept"},
      {{ConntrackState{ConntrackState::kEstablished}, accept}, "ct state established accept"},
      {{ConntrackStatus{ConntrackStatus::kDestinationNat}, accept}, "ct status dnat accept"},
      {{AtMost{Field::kIp6Length, 32}, Equal{Field::kIcmpv6Type, 133}, accept},
       "ip6 length <= 32 icmpv6 type nd-router-solicit accept"},
      {{Equal{Field::kIcmpType, 3}, Jump{"sender", true}},
       "icmp type destination-unreachable goto sender"},
      {{Equal{Field::kIcmpType, 5}, Jump{"sender", false}}, "icmp type 5 jump sender"},
      {{Equal{Field::kUdpDestinationPort, 67}, back}, "udp dport 67 return"},
      {{InBlock{Field::kIp6Source, cidr("fe80::/10"), true}, back},
       "ip6 saddr != fe80::/10 return"},
      {{InBlock{Field::kIp4Destination, cidr("255.255.255.255/32"), false}, back},
       "ip daddr 255.255.255.255 return"},
      {{InSet{{Field::kIp4Source, Field::kOriginalIp4Source}, "self-v4", false, true}, back},
       "ip saddr . ct original ip saddr != @self-v4 return"},
      {{VerdictMap{{Field::kIp6SourceScope}, "egress"}}, "ip6 saddr & ffc0:: vmap @egress"},
  };
  for (const auto& [statements, text] : cases) EXPECT_EQ(to_string(Rule{statements}), text);
}

// A dump with a foreign rule must still load.
TEST(PrintNft, ForeignRuleIsAComment) {
  EXPECT_EQ(to_string(Rule{{Counter{}, Foreign{"limit"}, Verdict{}}}),
            "# not ours: counter [ limit ] drop");
}

}  // namespace
}  // namespace portcullis::test::print_nft_test
