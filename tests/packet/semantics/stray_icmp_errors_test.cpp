// SEMANTICS, line 14: ICMP errors about no connection do not pass with the related ones.
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

struct Counts {
  std::size_t into_a = 0;
  std::size_t out_of_a = 0;
  std::size_t dropped = 0;

  bool operator==(const Counts&) const = default;
  Counts operator-(const Counts& other) const {
    return {into_a - other.into_a, out_of_a - other.out_of_a, dropped - other.dropped};
  }
};

void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.into_a << " into a, " << counts.out_of_a << " out of it, " << counts.dropped
       << " dropped";
}

// Claims that `to` has sent a packet that it has not sent.
Bytes stray_error(const Endpoint& from, const Endpoint& to, Family family) {
  const auto& teller = from.address(family);
  const auto& told = to.address(family);
  return encode(port_unreachable(teller, told, udp_packet(told, teller, {4000, 4000}, {'?'})));
}

class StrayIcmpErrors : public PacketTest {
 protected:
  void count_errors(const std::string& endpoint) {
    load_nft(endpoint,
             "table inet errors {\nchain c {\ntype filter hook input priority 0\n"
             "icmp type destination-unreachable counter\n"
             "icmpv6 type destination-unreachable counter\n}\n}\n");
  }

  // The fate of one that default/a receives and one that it sends.
  Counts exchange(const std::string& other, Family family) {
    const Endpoint& a = playground().endpoint("default/a");
    const Endpoint& far = playground().endpoint(other);
    const auto before = counts(other);
    EXPECT_TRUE(send_raw(far, stray_error(far, a, family)));
    EXPECT_TRUE(send_raw(a, stray_error(a, far, family)));
    Counts seen;
    EXPECT_TRUE(wait_until([&] {
      seen = counts(other) - before;
      return seen.into_a + seen.out_of_a + seen.dropped >= 2;
    }));
    return seen;
  }

 private:
  Counts counts(const std::string& other) {
    return {counted_packets("default/a", "inet errors"), counted_packets(other, "inet errors"),
            dropped_packets("node-1")};
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, StrayIcmpErrors, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

std::string isolated_for(const std::string& directions) {
  return policy("default/isolated", "\n  podSelector: {}\n  policyTypes: [" + directions + "]\n");
}

TEST_P(StrayIcmpErrors, Line14_AreJudgedAsNewPackets) {
  BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "a"}, {.ns = "other", .name = "b"}},
                                .hosts = {{.name = "internet"}}}));
  for (const auto* name : {"default/a", "other/b", "internet"}) count_errors(name);
  for (const std::string other : {"other/b", "internet"}) {
    for (const auto family : {Family::kIpv4, Family::kIpv6}) {
      SCOPED_TRACE(other + (family == Family::kIpv4 ? " over IPv4" : " over IPv6"));
      enforce({});
      EXPECT_EQ(exchange(other, family), (Counts{.into_a = 1, .out_of_a = 1}));
      enforce({isolated_for("Ingress")});
      EXPECT_EQ(exchange(other, family), (Counts{.out_of_a = 1, .dropped = 1}));
      enforce({isolated_for("Egress")});
      EXPECT_EQ(exchange(other, family), (Counts{.into_a = 1, .dropped = 1}));
      enforce({isolated_for("Ingress, Egress")});
      EXPECT_EQ(exchange(other, family), (Counts{.dropped = 2}));
    }
  }
}

}  // namespace
}  // namespace portcullis::test
