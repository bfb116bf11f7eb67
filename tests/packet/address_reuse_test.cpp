// A connection to the former pod of an address does not reach the pod that has it now.
#include <array>

#include "daemon/netlink/conntrack.h"
#include "tests/packet/fixture.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/command.h"
#include "tests/support/rig/socket.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kPort = 4'000;

// A UDP socket of an endpoint on kPort, for messages from one port to the same of another.
class Talker {
 public:
  Talker(const Endpoint& endpoint, Family family) : address_(endpoint.address(family)) {
    endpoint.netns.run([&] {
      socket_ = open_socket(Transport::kUdp, family);
      const SocketAddress own(address_, kPort);
      EXPECT_EQ(bind(socket_.get(), own.get(), own.size()), 0);
    });
  }

  void send_to(const Talker& other) const {
    const SocketAddress to(other.address_, kPort);
    EXPECT_EQ(sendto(socket_.get(), "x", 1, 0, to.get(), to.size()), 1);
  }

  bool has_received() const {
    std::array<std::uint8_t, 16> buffer{};
    return recv(socket_.get(), buffer.data(), buffer.size(), 0) > 0;
  }

  const Address& address() const { return address_; }

 private:
  Address address_;
  FileDescriptor socket_;
};

bool reaches(const Talker& from, const Talker& to) {
  return wait_until([&] {
    from.send_to(to);
    return to.has_received();
  });
}

class AddressReuse : public PacketTest {
 protected:
  const NetworkNamespace& node() { return playground().endpoint("node-1").netns; }

  // The counters of our rules say that something was dropped.
  bool has_dropped() {
    const auto table = run_command(node(), {"nft", "list", "table", "inet", "portcullis"});
    EXPECT_TRUE(table) << table.error().message;
    const auto at = table->find("counter packets ");
    EXPECT_NE(at, std::string::npos);
    return table->compare(at, 18, "counter packets 0 ") != 0;
  }

  void forget(const Address& address) {
    node().run([&] {
      const auto forgotten = nl::Conntrack::open().and_then(
          [&](nl::Conntrack conntrack) { return conntrack.forget({address}); });
      ASSERT_TRUE(forgotten) << forgotten.error().message;
      EXPECT_GE(forgotten->deleted, 1U);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, AddressReuse,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(AddressReuse, EndsConnectionsOnceTheyAreForgotten) {
  BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "a"}, {.ns = "other", .name = "b"}}}));
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    enforce({});
    const Talker server(playground().endpoint("default/a"), family);
    const Talker client(playground().endpoint("other/b"), family);
    ASSERT_TRUE(reaches(client, server));
    ASSERT_TRUE(reaches(server, client));
    enforce({example("default-deny-ingress")});
    ASSERT_TRUE(reaches(client, server)) << "established connections outlive a policy";
    ASSERT_FALSE(has_dropped());
    forget(server.address());
    while (server.has_received()) continue;
    EXPECT_TRUE(wait_until([&] {
      client.send_to(server);
      return has_dropped();
    }));
    EXPECT_FALSE(server.has_received());
  }
}

}  // namespace
}  // namespace portcullis::test
