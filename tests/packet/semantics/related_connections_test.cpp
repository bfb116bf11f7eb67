// SEMANTICS, line 14: a connection that a conntrack helper expects is a new one.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/stream.h"

namespace portcullis::test {
namespace {

using RelatedConnections = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, RelatedConnections, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// Like active FTP: a connection to port 80 makes the node expect one back to port 4000.
constexpr const char* kExpectation = R"(
table inet expectations {
  ct expectation back {
    protocol tcp
    dport 4000
    timeout 1m
    size 12
    l3proto ip
  }
  chain c {
    type filter hook forward priority -5
    tcp dport 80 ct state new ct expectation set "back"
  }
}
)";

TEST_P(RelatedConnections, Line14_AreJudgedAsNewOnes) {
  BUILD_OR_SKIP(in(
      GetParam(), {.pods = {{.name = "a", .listens = {tcp(4000)}}, {.ns = "other", .name = "b"}}}));
  for (const auto& node : playground().topology().nodes) {
    load_nft(node, kExpectation);
    load_nft(node,
             "table inet watch {\nchain c {\ntype filter hook forward priority -2\n"
             "tcp dport 4000 ct state related counter\n}\n}\n");
  }
  const Endpoint& a = playground().endpoint("default/a");
  const Endpoint& b = playground().endpoint("other/b");
  const auto expect_back = [&](Outcome outcome) {
    const auto stream =
        Stream::connect({&a.netns, a.ipv4}, {&b.netns, b.ipv4}, 80);  // open: it takes seconds else
    ASSERT_TRUE(stream);
    const auto before = counted_packets("node-1", "inet watch");
    EXPECT_TRUE(outcomes_are(
        {{.from = "other/b", .to = "default/a", .traffic = tcp(4000), .expected = outcome}}));
    EXPECT_GT(counted_packets("node-1", "inet watch"), before) << "nothing was related";
  };
  enforce({kDenyIngress});
  expect_back(Outcome::kDenied);
  enforce(
      {policy("default/port-4000", "\n  podSelector: {}\n  ingress: [{ports: [{port: 4000}]}]\n")});
  expect_back(Outcome::kAllowed);
}

}  // namespace
}  // namespace portcullis::test
