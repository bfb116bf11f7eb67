// SEMANTICS, line 25: what could be a pod, and is not known to be one, is closed if the node's
// owner says so.
#include "tests/attack/attack.h"
#include "tests/support/rig/raw_packet.h"

namespace portcullis::test {
namespace {

const PodMarks kByInterface{.interfaces = {"veth*"}, .blocks = {}};
const PodMarks kByAddress{
    .interfaces = {}, .blocks = {*parse_cidr("10.244.1.0/24"), *parse_cidr("fd00:10:244:1::/64")}};

// No object tells of the attacker.
class UnknownPods : public Attack {
 protected:
  void SetUp() override {
    build_pods();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* name : {"default/victim", "default/attacker"})
      count_arrivals(name, {"udp dport 4000"});
  }

  void forget_attacker() {
    known_ = std::make_shared<const Pod>(pod("default/attacker"));
    delete_pod("default/attacker");
  }

  void tell_of_attacker() { objects().apply({.events = {PodEvent{known_->key, known_}}}); }

  bool reaches(const Endpoint& from, const Endpoint& to, Family family) {
    return arrives(to.name, [&] {
      return send_raw(from, encode(udp_packet(from.address(family), to.address(family),
                                              {++port_, 4000}, {'?'})));
    });
  }

  void expect_closed_until_known(const PodMarks& marks) {
    forget_attacker();
    for (const auto family : kFamilies) {
      close_unknown_pods({});
      enforce({kNothing});
      EXPECT_TRUE(reaches(attacker(), victim(), family)) << "they do not reach each other anyway";
      EXPECT_TRUE(reaches(victim(), attacker(), family));
      close_unknown_pods(marks);
      enforce({kNothing});
      EXPECT_FALSE(reaches(attacker(), victim(), family));
      EXPECT_FALSE(reaches(victim(), attacker(), family));
      EXPECT_TRUE(reaches(a_friend(), victim(), family));
    }
    tell_of_attacker();
    enforce({kNothing});
    for (const auto family : kFamilies) {
      EXPECT_TRUE(reaches(attacker(), victim(), family));
      EXPECT_TRUE(reaches(victim(), attacker(), family));
    }
  }

 private:
  std::uint16_t port_ = 5000;
  std::shared_ptr<const Pod> known_;
};

INSTANTIATE_TEST_SUITE_P(Wirings, UnknownPods,
                         testing::Values(Variant{Wiring::kRouted, 1}, Variant{Wiring::kBridged, 1}),
                         [](const auto& each) { return name_of(each.param); });

TEST_P(UnknownPods, Line25_AreClosedByTheirInterface) { expect_closed_until_known(kByInterface); }

TEST_P(UnknownPods, Line25_AreClosedByTheirAddress) { expect_closed_until_known(kByAddress); }

// The kubelet's probes come from the node, and the pod answers.
TEST_P(UnknownPods, Line16_TheNodeReachesKnownPods) {
  close_unknown_pods({.interfaces = kByInterface.interfaces, .blocks = kByAddress.blocks});
  enforce({kNothing});
  EXPECT_TRUE(reachability_is([](const Flow&) { return true; }));
}

}  // namespace
}  // namespace portcullis::test
