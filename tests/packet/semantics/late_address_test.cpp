// SEMANTICS, line 21: an address that is reported late, and its effects.
#include <array>
#include <atomic>
#include <set>
#include <thread>

#include "tests/packet/fixture.h"
#include "tests/packet/semantics/cluster.h"
#include "tests/support/process/wait_until.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test::late_address_test {
namespace {

constexpr int kRounds = 50;
constexpr std::size_t kEnough = 100;  // datagrams of each kind

// Datagrams without a pause while one change opens a way and closes others. One that has arrived by
// the open way shows that the change is in force, so that none sent later may arrive by a closed
// one. Nobody answers, so each datagram is judged. A node's changes happen at one moment, but those
// of two nodes do not: all ways must be judged by the same node.
class Turn {
 public:
  struct Way {
    Talker from;
    Talker to;
  };

  Turn(Way opened, std::array<Way, 2> closed)
      : opened_(std::move(opened)), closed_(std::move(closed)), thread_([this] { run(); }) {}
  ~Turn() { halt(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  std::size_t arrived_before() const { return arrived_before_; }  // by ways yet to be closed
  std::size_t sent_after() const { return sent_after_; }          // by ways that are closed

  // Ends it. Returns how many arrived by closed ways.
  std::size_t leaked() {
    halt();
    receive();
    return leaked_;
  }

 private:
  void run() {
    while (going_) {
      opened_.from.send_to(opened_.to);
      while (opened_.to.receive()) in_force_ = true;
      for (const auto& way : closed_) send(way);
      receive();
    }
  }

  void send(const Way& way) {
    const auto serial = way.from.send_to(way.to);
    if (!serial || !in_force_) return;
    late_.insert(*serial);
    ++sent_after_;
  }

  void receive() {
    for (const auto& way : closed_) {
      while (const auto datagram = way.to.receive())
        late_.contains(datagram->serial) ? ++leaked_ : ++arrived_before_;
    }
  }

  void halt() {
    going_ = false;
    if (thread_.joinable()) thread_.join();
  }

  const Way opened_;
  const std::array<Way, 2> closed_;
  std::set<Talker::Serial> late_;
  bool in_force_ = false;
  std::size_t leaked_ = 0;
  std::atomic<std::size_t> arrived_before_ = 0;
  std::atomic<std::size_t> sent_after_ = 0;
  std::atomic<bool> going_ = true;
  std::thread thread_;
};

using LateAddress = PacketTest;

INSTANTIATE_TEST_SUITE_P(Variants, LateAddress, testing::ValuesIn(kVariants),
                         [](const auto& each) { return name_of(each.param); });

// p/a is isolated, and p/c, on the same node, is open only to it.
const std::vector<std::string> kPolicies = {policy("p/of-a", R"(
  podSelector: {matchLabels: {pod: a}}
  policyTypes: [Ingress, Egress]
  egress: [{to: [{podSelector: {matchLabels: {pod: c}}}]}]
)"),
                                            policy("p/of-c", R"(
  podSelector: {matchLabels: {pod: c}}
  ingress: [{from: [{podSelector: {matchLabels: {pod: a}}}]}]
)")};

TEST_P(LateAddress, Line21_IsAPeersNoSoonerThanItIsIsolated) {
  BUILD_OR_SKIP(in(GetParam(), three_namespaces()));
  const auto& a = playground().endpoint("p/a");
  const auto& c = playground().endpoint("p/c");
  const auto& stranger = playground().endpoint("q/a");
  ASSERT_EQ(a.node, c.node);
  const auto addresses = pod("p/a").addresses;
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    for (int round = 0; round < kRounds; ++round) {
      forget_history();
      edit_pod("p/a", [](Pod& pod) { pod.addresses.clear(); });
      enforce(kPolicies);
      Turn turn({Talker(a, family, 1000), Talker(c, family, 1000)},
                {Turn::Way{Talker(stranger, family, 2000), Talker(a, family, 2000)},
                 Turn::Way{Talker(a, family, 3000), Talker(stranger, family, 3000)}});
      ASSERT_TRUE(wait_until([&] { return turn.arrived_before() >= kEnough; }));
      edit_pod("p/a", [&](Pod& pod) { pod.addresses = addresses; });
      enforce(kPolicies);
      ASSERT_TRUE(wait_until([&] { return turn.sent_after() >= kEnough; }));
      ASSERT_EQ(turn.leaked(), 0U);
    }
  }
}

}  // namespace
}  // namespace portcullis::test::late_address_test
