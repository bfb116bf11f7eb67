// SEMANTICS, line 28: fragments are judged as their whole packet, and none without it.
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/raw_packet.h"
#include "tests/support/rig/socket.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test {
namespace {

constexpr std::size_t kSize = 4000;  // bytes: three fragments
constexpr std::size_t kFragments = 3;
constexpr std::size_t kFragmentSize = 1400;

const char* name_of(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

// Large echo requests of one endpoint to another.
class Ping {
 public:
  Ping(const Endpoint& from, const Endpoint& to, Family family) : family_(family) {
    from.netns.run([&] {
      socket_ = open_socket(Transport::kIcmp, family);
      const SocketAddress peer(to.address(family), 0);
      EXPECT_EQ(connect(socket_.get(), peer.get(), peer.size()), 0);
    });
  }

  bool send() const {
    Bytes request(kSize, 0);
    request[0] = family_ == Family::kIpv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
    return ::send(socket_.get(), request.data(), request.size(), 0) > 0;
  }

  bool has_answer() const {
    Bytes answer(kSize + 1);
    return recv(socket_.get(), answer.data(), answer.size(), 0) == static_cast<ssize_t>(kSize);
  }

 private:
  Family family_;
  FileDescriptor socket_;
};

class Fragments : public PacketTest {
 protected:
  void build_pods() {
    BUILD_OR_SKIP(in(GetParam(), {.pods = {{.name = "web", .labels = {{"app", "web"}}},
                                           {.name = "client", .labels = {{"app", "client"}}},
                                           {.name = "stranger"}}}));
    for (const auto& endpoint : playground().endpoints()) {
      load_nft(endpoint.name,
               "table inet fragments {\nchain c {\ntype filter hook prerouting priority -450\n"
               "ip frag-off & 0x3fff != 0 counter\nexthdr frag exists counter\n}\n}\n");
    }
  }

  // What arrived in fragments, before connection tracking reassembled them.
  std::size_t fragments_at(const std::string& name) {
    return counted_packets(name, "inet fragments");
  }

  const std::string& node_of(const std::string& pod) { return playground().endpoint(pod).node; }

  // Sends once, and waits until a node's rules have counted the packet as dropped, once.
  void expect_dropped(const std::string& node, const std::function<bool()>& send) {
    const auto fragments = fragments_at(node);
    const auto dropped = dropped_packets(node);
    ASSERT_TRUE(send());
    EXPECT_TRUE(wait_until([&] { return dropped_packets(node) > dropped; }));
    EXPECT_EQ(dropped_packets(node), dropped + 1);
    EXPECT_EQ(fragments_at(node), fragments + kFragments);
  }

  void expect_dropped(const std::string& node, const Talker& from, const Talker& to) {
    std::set<Talker::Serial> sent;
    expect_dropped(node, [&] {
      if (const auto serial = from.send_to(to, kSize)) sent.insert(*serial);
      return !sent.empty();
    });
    EXPECT_FALSE(has_arrived(sent, to));
  }

  void expect_dropped(const std::string& node, const Ping& ping) {
    expect_dropped(node, [&] { return ping.send(); });
    EXPECT_FALSE(ping.has_answer());
  }
};

INSTANTIATE_TEST_SUITE_P(Variants, Fragments, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

#define BUILD_PODS_OR_SKIP() \
  build_pods();              \
  if (IsSkipped() || HasFatalFailure()) return

std::string web_allows_client(const std::string& ports) {
  return policy("default/web", R"(
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: client}}}]
)" + ports);
}

const std::string kPort4000 = "    ports: [{port: 4000, protocol: UDP}]\n";

TEST_P(Fragments, Line28_AreJudgedAsTheWholePacket) {
  BUILD_PODS_OR_SKIP();
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(name_of(family));
    const Talker server(playground().endpoint("default/web"), family, 4000);
    const Talker other_port(playground().endpoint("default/web"), family, 4001);
    const Talker client(playground().endpoint("default/client"), family);
    const Talker stranger(playground().endpoint("default/stranger"), family);
    enforce({web_allows_client(kPort4000)});
    const auto before = fragments_at("node-1");
    EXPECT_TRUE(reaches(client, server, kSize));
    EXPECT_GE(fragments_at("node-1"), before + kFragments);
    EXPECT_TRUE(reaches(server, client, kSize)) << "replies in fragments";
    expect_dropped("node-1", client, other_port);
    expect_dropped("node-1", stranger, server);
  }
}

TEST_P(Fragments, Line28_AreJudgedAsTheWholePacketOnTheirWayOut) {
  BUILD_PODS_OR_SKIP();
  enforce({policy("default/client", R"(
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: web}}}]
)" + kPort4000)});
  const std::string& node = node_of("default/client");
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(name_of(family));
    const Talker server(playground().endpoint("default/web"), family, 4000);
    const Talker other_port(playground().endpoint("default/web"), family, 4001);
    const Talker client(playground().endpoint("default/client"), family);
    const Talker stranger(playground().endpoint("default/stranger"), family);
    const auto before = fragments_at(node);
    EXPECT_TRUE(reaches(client, server, kSize));
    EXPECT_GE(fragments_at(node), before + kFragments);
    expect_dropped(node, client, other_port);
    expect_dropped(node, client, stranger);
  }
}

TEST_P(Fragments, Line28_OfAnEchoNeedARuleWithoutPorts) {
  BUILD_PODS_OR_SKIP();
  const Endpoint& web = playground().endpoint("default/web");
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(name_of(family));
    const Ping client(playground().endpoint("default/client"), web, family);
    const Ping stranger(playground().endpoint("default/stranger"), web, family);
    enforce({web_allows_client(kPort4000)});
    expect_dropped("node-1", client);
    enforce({web_allows_client("")});
    const auto before = fragments_at("node-1");
    EXPECT_TRUE(client.send());
    EXPECT_TRUE(wait_until([&] { return client.has_answer(); }));
    EXPECT_GE(fragments_at("node-1"), before + kFragments);
    expect_dropped("node-1", stranger);
  }
}

// Without our rules they reach the pod individually, with them only once they are complete.
TEST_P(Fragments, Line28_ThatNeverBecomeWholeReachNoPod) {
  BUILD_PODS_OR_SKIP();
  const Endpoint& from = playground().endpoint("default/client");
  const Endpoint& web = playground().endpoint("default/web");
  std::uint16_t id = 0;
  const auto send = [&](Family family, const std::vector<std::size_t>& numbers) {
    const auto whole =
        udp_packet(from.address(family), web.address(family), {4000, 4000}, Bytes(kSize, 'x'));
    const auto fragments = encode_in_fragments(whole, kFragmentSize, ++id);
    ASSERT_EQ(fragments.size(), kFragments);
    for (const auto number : numbers) ASSERT_TRUE(send_raw(from, fragments[number]));
  };
  const auto come_to = [&](const std::string& name, std::size_t count) {
    return wait_until([&] { return fragments_at(name) == count; });
  };

  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(name_of(family));
    const auto before = fragments_at("default/web");
    send(family, {0, 1});
    send(family, {1, 2});
    EXPECT_TRUE(come_to("default/web", before + 4));
  }
  enforce({web_allows_client(kPort4000)});
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    SCOPED_TRACE(name_of(family));
    const Talker server(web, family, 4000);
    const auto at_web = fragments_at("default/web");
    const auto at_node = fragments_at(from.node);
    send(family, {0, 1});
    send(family, {1, 2});
    send(family, {2, 0, 1});
    EXPECT_TRUE(wait_until([&] { return server.receive().has_value(); }));
    EXPECT_TRUE(come_to(from.node, at_node + 7));
    EXPECT_TRUE(come_to("default/web", at_web + kFragments));
  }
}

}  // namespace
}  // namespace portcullis::test
