// SEMANTICS, lines 19 and 20: a local address stays closed until it is gone.
#include "daemon/netlink/routes/attached_addresses.h"
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/command.h"

namespace portcullis::test {
namespace {

const std::string kClosed = R"(
  p/a, p/c, q/a, internet -> p/b  80/TCP 80/UDP 80/SCTP ICMP: denied
  p/b -> p/a, p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: denied
)";

const std::string kOpen = R"(
  p/a, p/c, q/a, internet -> p/b  80/TCP 80/UDP 80/SCTP ICMP: allowed
  p/b -> p/a, p/c, q/a, internet  80/TCP 80/UDP 80/SCTP ICMP: allowed
)";

// By the policy of another pod.
const std::string kDenyNext = policy("p/deny-next", R"(
  podSelector: {matchLabels: {pod: next}}
)");

const std::string kOfNext = R"(
  p/a, p/c, q/a, internet -> p/b  80/TCP ICMP: denied
  p/b -> p/a, p/c, q/a, internet  80/TCP ICMP: allowed
)";

class Quarantine : public PacketTest {
 protected:
  // A pod with the addresses of p/b, newer than it.
  void put_claimant(const std::string& name, const std::string& node) {
    Pod claimant = b_;
    claimant.key = {"p", name};
    claimant.labels = Labels{{"pod", name}};
    claimant.node_name = node;
    claimant.created_at = 1'900'000'000;
    objects().apply(PodEvent{claimant.key, std::make_shared<const Pod>(claimant)});
  }

  // Cuts the interface of p/b, as a runtime eventually does.
  void unplug_b() {
    const auto done = run_ip(playground().endpoint("p/b").netns, {"link del eth0"});
    ASSERT_TRUE(done) << done.error().message;
  }

  // Whether any node's table still names an address of p/b.
  bool is_enforced() {
    for (const auto& node : playground().topology().nodes) {
      const auto table = run_command(playground().endpoint(node).netns,
                                     {"nft", "list", "table", "inet", "portcullis"});
      if (!table) ADD_FAILURE() << table.error().message;
      for (const auto& address : b_.addresses) {
        if (table.value_or("").find(to_string(address) + " ") != std::string::npos) return true;
      }
    }
    return false;
  }

  void start() {
    b_ = pod("p/b");
    enforce({});
    ASSERT_TRUE(traffic_is(kOpen));
  }

  Pod b_;
};

INSTANTIATE_TEST_SUITE_P(Variants, Quarantine, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(Quarantine, Line20_AForceDeletedPodIsClosedUntilItsInterfaceIsGone) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  ASSERT_NO_FATAL_FAILURE(start());
  delete_pod("p/b");
  enforce({});
  EXPECT_TRUE(traffic_is(kClosed));
  enforce({});  // looks again
  EXPECT_TRUE(traffic_is(kClosed));
  EXPECT_TRUE(is_enforced());
  unplug_b();
  enforce({});
  EXPECT_FALSE(is_enforced());
}

TEST_P(Quarantine, Line20_TheNextPodOfTheNodeHasTheAddressAtOnceByItsOwnPolicies) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  ASSERT_NO_FATAL_FAILURE(start());
  delete_pod("p/b");
  enforce({kDenyNext});
  EXPECT_TRUE(traffic_is(kClosed));
  put_claimant("next", *b_.node_name);
  enforce({kDenyNext});
  EXPECT_TRUE(traffic_is(kOfNext));
  enforce({});
  EXPECT_TRUE(traffic_is(kOpen));
}

TEST_P(Quarantine, Line19_APodOfAnotherNodeDoesNotOpenAnAddressThatThisNodeHas) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  ASSERT_NO_FATAL_FAILURE(start());
  delete_pod("p/b");
  put_claimant("elsewhere", "node-9");
  enforce({});
  EXPECT_TRUE(traffic_is(kClosed));
}

TEST_P(Quarantine, Line19_APodOfAnotherNodeTakesNoPodOutOfItsPolicies) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  ASSERT_NO_FATAL_FAILURE(start());
  const auto deny_b = policy("p/deny-b", R"(
  podSelector: {matchLabels: {pod: b}}
  policyTypes: [Ingress, Egress]
)");
  put_claimant("elsewhere", "node-9");
  enforce({deny_b});
  EXPECT_TRUE(traffic_is(kClosed));
  enforce({});
  EXPECT_TRUE(traffic_is(kOpen));
}

}  // namespace
}  // namespace portcullis::test
