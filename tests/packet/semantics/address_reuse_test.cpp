// SEMANTICS, line 22: what the former pod of an address was told does not reach the next one.
#include "daemon/netlink/conntrack.h"
#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test {
namespace {

class AddressReuse : public PacketTest {
 protected:
  // As the daemon does once the kernel enforces the new ownership (see daemon_conntrack_test.cpp).
  void forget(const Address& address) {
    for (const auto& name : playground().topology().nodes) {
      playground().endpoint(name).netns.run([&] {
        const auto forgotten = nl::Conntrack::open().and_then(
            [&](nl::Conntrack conntrack) { return conntrack.forget({address}); });
        ASSERT_TRUE(forgotten) << forgotten.error().message;
        EXPECT_GE(forgotten->deleted, 1U);
      });
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, AddressReuse, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

const std::string kDenyNew = policy("default/deny-new", R"(
  podSelector: {matchLabels: {app: new}}
)");

TEST_P(AddressReuse, Line22_ConnectionsOfTheFormerPodDoNotReachTheNextOne) {
  BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "a", .labels = {{"app", "old"}}},
                                         {.ns = "other", .name = "b"}}}));
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    edit_pod("default/a", [](Pod& pod) { pod.labels = {{"app", "old"}}; });
    enforce({kDenyNew});
    const Talker server(playground().endpoint("default/a"), family);
    const Talker client(playground().endpoint("other/b"), family);
    ASSERT_TRUE(reaches(client, server));
    ASSERT_TRUE(reaches(server, client));
    edit_pod("default/a", [](Pod& pod) { pod.labels = {{"app", "new"}}; });
    enforce({kDenyNew});
    ASSERT_TRUE(reaches(client, server)) << "an established connection outlives policies";
    ASSERT_EQ(dropped_packets("node-1"), 0U);
    forget(server.address());
    while (server.receive() != 0) continue;
    EXPECT_TRUE(wait_until([&] {
      client.send_to(server);
      return dropped_packets("node-1") > 0;
    }));
    EXPECT_EQ(server.receive(), 0U);
  }
}

}  // namespace
}  // namespace portcullis::test
