// SEMANTICS, line 10: ipBlock and its except. The tests of Services cover preceding DNAT.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"

namespace portcullis::test {
namespace {

using IpBlocks = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, IpBlocks, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// Outside are the lower, middle and upper part of 192.0.2.0/24 and 2001:db8::/112, and ten and
// eight, which differ in how 010 is read.
Topology with_hosts() {
  const std::vector<Traffic> listens = {tcp(80), tcp(81)};
  return {.pods = {{.ns = "p", .name = "a", .labels = {{"pod", "a"}}, .listens = listens},
                   {.ns = "p", .name = "b", .labels = {{"pod", "b"}}, .listens = listens},
                   {.ns = "q", .name = "a", .labels = {{"pod", "a"}}, .listens = listens}},
          .hosts = {{"low", listens, "", "192.0.2.5", "2001:db8::5"},
                    {"middle", listens, "", "192.0.2.100", "2001:db8::6:5"},
                    {"high", listens, "", "192.0.2.200", "2001:db8::c:5"},
                    {"ten", listens, "", "10.1.0.5", "2001:db8:10::5"},
                    {"eight", listens, "", "8.1.0.5", "2001:db8:8::5"}}};
}

TEST_P(IpBlocks, Line10_ExceptIsTakenFromItsOwnBlock) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with(R"(
    - ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.64/26]}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, high -> p/a  80/TCP ICMP over IPv4: allowed
  p/a -> low, high  80/TCP ICMP over IPv4: allowed
  middle, ten, p/b -> p/a  80/TCP ICMP over IPv4: denied
  p/a -> middle, ten, p/b  80/TCP ICMP over IPv4: denied
  low, middle, high, p/b -> p/a  80/TCP ICMP over IPv6: denied
)"));

  enforce({only_with(R"(
    - ipBlock: {cidr: '2001:db8::/64', except: ['2001:db8::4:0/110']}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, high -> p/a  80/TCP ICMP over IPv6: allowed
  p/a -> low, high  80/TCP ICMP over IPv6: allowed
  middle, ten, p/b -> p/a  80/TCP ICMP over IPv6: denied
  p/a -> middle, ten, p/b  80/TCP ICMP over IPv6: denied
  low, middle, high, p/b -> p/a  80/TCP ICMP over IPv4: denied
)"));
}

TEST_P(IpBlocks, Line10_AnotherPeerMayAllowWhatIsExcepted) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with(R"(
    - ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.64/26, 192.0.2.128/25]}
    - ipBlock: {cidr: 192.0.2.96/28}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.244.0.0/16]}
    - podSelector: {matchLabels: {pod: b}}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, middle, ten, p/b -> p/a  80/TCP ICMP over IPv4: allowed
  p/a -> low, middle, ten, p/b  80/TCP ICMP over IPv4: allowed
  high, q/a -> p/a  80/TCP ICMP: denied
  p/a -> high, q/a  80/TCP ICMP: denied
  p/b -> p/a  80/TCP ICMP over IPv6: allowed
)"));
}

TEST_P(IpBlocks, Line10_AnotherRuleOrPolicyMayAllowWhatIsExcepted) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  const auto two_rules = policy("p/two-rules", R"(
  podSelector: {matchLabels: {pod: a}}
  ingress:
  - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.64/26, 192.0.2.128/25]}}]
  - from: [{ipBlock: {cidr: 192.0.2.64/26}}]
    ports: [{port: 81}]
)");
  enforce({two_rules});
  EXPECT_TRUE(traffic_is(R"(
  low -> p/a  80/TCP 81/TCP ICMP over IPv4: allowed
  middle -> p/a  81/TCP over IPv4: allowed
  middle -> p/a  80/TCP ICMP over IPv4: denied
  high, ten -> p/a  80/TCP 81/TCP ICMP over IPv4: denied
)"));

  enforce({two_rules, policy("p/another", R"(
  podSelector: {}
  ingress:
  - from: [{ipBlock: {cidr: 0.0.0.0/0, except: [0.0.0.0/1]}}]
    ports: [{port: 80}]
)")});
  EXPECT_TRUE(traffic_is(R"(
  low -> p/a  80/TCP 81/TCP ICMP over IPv4: allowed
  middle -> p/a  80/TCP 81/TCP over IPv4: allowed
  high -> p/a  80/TCP over IPv4: allowed
  high -> p/a  81/TCP ICMP over IPv4: denied
  ten -> p/a  80/TCP 81/TCP ICMP over IPv4: denied
)"));
}

TEST_P(IpBlocks, Line10_BlocksMayOverlapTouchAndRepeat) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with(R"(
    - ipBlock: {cidr: 192.0.2.0/26}
    - ipBlock: {cidr: 192.0.2.64/26}
    - ipBlock: {cidr: 192.0.2.0/25}
    - ipBlock: {cidr: 192.0.2.64/26}
    - ipBlock: {cidr: '2001:db8::0:0/110'}
    - ipBlock: {cidr: '2001:db8::4:0/110'}
    - ipBlock: {cidr: '2001:db8::6:0/112'}
    - ipBlock: {cidr: '2001:db8::4:0/110'}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, middle -> p/a  80/TCP ICMP: allowed
  p/a -> low, middle  80/TCP ICMP: allowed
  high, ten, p/b -> p/a  80/TCP ICMP: denied
  p/a -> high, ten, p/b  80/TCP ICMP: denied
)"));

  enforce({only_with(R"(
    - ipBlock:
        cidr: 192.0.2.0/24
        except: [192.0.2.0/25, 192.0.2.64/26, 192.0.2.64/26, 192.0.2.128/26]
    - ipBlock:
        cidr: '2001:db8::/64'
        except: ['2001:db8::/109', '2001:db8::4:0/110', '2001:db8::4:0/110', '2001:db8::8:0/110']
)")});
  EXPECT_TRUE(traffic_is(R"(
  high -> p/a  80/TCP ICMP: allowed
  p/a -> high  80/TCP ICMP: allowed
  low, middle, ten, p/b -> p/a  80/TCP ICMP: denied
  p/a -> low, middle, ten, p/b  80/TCP ICMP: denied
)"));
}

TEST_P(IpBlocks, Line10_HostBitsAreMasked) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with(R"(
    - ipBlock: {cidr: 192.0.2.200/24, except: [192.0.2.99/26]}
    - ipBlock: {cidr: '2001:db8::c:5/64', except: ['2001:db8::7:7777/110']}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, high -> p/a  80/TCP ICMP: allowed
  p/a -> low, high  80/TCP ICMP: allowed
  middle, ten, p/b -> p/a  80/TCP ICMP: denied
  p/a -> middle, ten, p/b  80/TCP ICMP: denied
)"));
}

TEST_P(IpBlocks, Line10_LeadingZerosAreDecimal) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with(R"(
    - ipBlock: {cidr: 010.001.000.000/16}
    - ipBlock: {cidr: 192.000.002.000/24, except: [192.000.002.064/26]}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, high, ten -> p/a  80/TCP ICMP over IPv4: allowed
  p/a -> low, high, ten  80/TCP ICMP over IPv4: allowed
  middle, eight -> p/a  80/TCP ICMP over IPv4: denied
  p/a -> middle, eight  80/TCP ICMP over IPv4: denied
)"));
}

TEST_P(IpBlocks, Line10_BlockOfLengthZeroIsAllOfItsFamily) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with("[{ipBlock: {cidr: 0.0.0.0/0}}]")});
  EXPECT_TRUE(traffic_is(R"(
  low, eight, p/b, q/a -> p/a  80/TCP ICMP over IPv4: allowed
  p/a -> low, eight, p/b, q/a  80/TCP ICMP over IPv4: allowed
  low, eight, p/b, q/a -> p/a  80/TCP ICMP over IPv6: denied
  p/a -> low, eight, p/b, q/a  80/TCP ICMP over IPv6: denied
)"));
  enforce({only_with("[{ipBlock: {cidr: '::/0'}}]")});
  EXPECT_TRUE(traffic_is(R"(
  low, eight, p/b, q/a -> p/a  80/TCP ICMP over IPv6: allowed
  p/a -> low, eight, p/b, q/a  80/TCP ICMP over IPv6: allowed
  low, eight, p/b, q/a -> p/a  80/TCP ICMP over IPv4: denied
  p/a -> low, eight, p/b, q/a  80/TCP ICMP over IPv4: denied
)"));
  enforce({only_with(R"(
    - ipBlock: {cidr: 0.0.0.0/0, except: [10.244.0.0/16, 8.0.0.0/8]}
    - ipBlock: {cidr: '::/0', except: ['fd00:10:244::/48', '2001:db8:8::/48']}
)")});
  EXPECT_TRUE(traffic_is(R"(
  low, high, ten -> p/a  80/TCP ICMP: allowed
  p/a -> low, high, ten  80/TCP ICMP: allowed
  eight, p/b, q/a -> p/a  80/TCP ICMP: denied
  p/a -> eight, p/b, q/a  80/TCP ICMP: denied
)"));
}

TEST_P(IpBlocks, Line10_PodsHaveAddressesToo) {
  BUILD_OR_SKIP(in(GetParam(), with_hosts()));
  enforce({only_with("[{ipBlock: {cidr: 10.244.0.0/16}}, {ipBlock: {cidr: 'fd00:10:244::/48'}}]")});
  EXPECT_TRUE(traffic_is(R"(
  p/b, q/a -> p/a  80/TCP ICMP: allowed
  p/a -> p/b, q/a  80/TCP ICMP: allowed
  low, ten -> p/a  80/TCP ICMP: denied
  p/a -> low, ten  80/TCP ICMP: denied
)"));

  const Endpoint& far = playground().endpoint("q/a");
  enforce({only_with("[{ipBlock: {cidr: " + to_string(far.ipv4) + "/32}}, {ipBlock: {cidr: '" +
                     to_string(far.ipv6) + "/128'}}]")});
  EXPECT_TRUE(traffic_is(R"(
  q/a -> p/a  80/TCP ICMP: allowed
  p/a -> q/a  80/TCP ICMP: allowed
  p/b, low -> p/a  80/TCP ICMP: denied
  p/a -> p/b, low  80/TCP ICMP: denied
)"));
}

}  // namespace
}  // namespace portcullis::test
