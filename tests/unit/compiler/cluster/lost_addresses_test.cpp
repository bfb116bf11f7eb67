#include <gtest/gtest.h>

#include "compiler/cluster/address_owner.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::lost_addresses_test {
namespace {

using Events = std::vector<Event>;
using Lost = std::vector<std::string>;

struct Move {
  const char* name;
  Events before;
  Events after;
  Lost lost;
};

Lost lost_between(const Events& before, const Events& after) {
  Lost lost;
  for (const auto& each :
       lost_addresses(address_owners(cluster(before)), address_owners(cluster(after)))) {
    lost.push_back(to_string(each));
  }
  return lost;
}

PodBuilder a() { return pod("shop/a", "10.0.0.1").uid("1"); }
PodBuilder b() { return pod("shop/b", "10.0.0.1").uid("2"); }
PodBuilder c() { return pod("shop/c", "10.0.0.1").uid("3"); }
PodBuilder dual() { return pod("shop/d", "10.0.0.4 fd00::4").uid("4"); }

class LostAddresses : public testing::TestWithParam<Move> {};

TEST_P(LostAddresses, AreThoseWithAFormerOwner) {
  const auto& move = GetParam();
  EXPECT_EQ(lost_between(move.before, move.after), move.lost);
  EXPECT_EQ(lost_between(move.before, move.before), Lost{});
  EXPECT_EQ(lost_between(move.after, move.after), Lost{});
}

const std::vector<Move> kMoves = {
    {"NobodyToPod", {}, {a()}, {}},
    {"PodDeleted", {a()}, {}, {"10.0.0.1"}},
    {"PodFinished", {a()}, {a().phase(PodPhase::kSucceeded)}, {"10.0.0.1"}},
    {"FinishedPodDeleted", {a().phase(PodPhase::kFailed)}, {}, {}},
    {"TakenOver", {a()}, {b()}, {"10.0.0.1"}},
    {"TakenOverWhileTerminating", {a()}, {a().terminating(), b().created_at(1)}, {"10.0.0.1"}},
    {"StaysWithTheTerminating",
     {b().created_at(1), a()},
     {b().created_at(1).terminating(), a()},
     {}},
    {"FormerOwnerGoesLater", {a().terminating(), b().created_at(1)}, {b().created_at(1)}, {}},
    {"TakenOverFromFinished", {a().phase(PodPhase::kSucceeded)}, {b()}, {}},
    {"RecreatedUnderItsName", {a()}, {a().uid("9")}, {"10.0.0.1"}},
    {"RecreatedWithAnotherAddress", {a()}, {pod("shop/a", "10.0.0.7").uid("9")}, {"10.0.0.1"}},
    {"SameNameInAnotherNamespace", {a()}, {pod("bank/a", "10.0.0.1").uid("1")}, {"10.0.0.1"}},
    {"OtherFieldsChange",
     {a()},
     {a().labels("app=x").terminating().created_at(5).on("n2").malformed()},
     {}},
    {"MovesToAnotherAddress", {a()}, {pod("shop/a", "10.0.0.2").uid("1")}, {"10.0.0.1"}},
    {"BecomesContested", {a()}, {a(), b()}, {"10.0.0.1"}},
    {"ContestedIsResolvedForTheFirst", {a(), b()}, {a()}, {"10.0.0.1"}},
    {"ContestedIsResolvedForTheOther", {a(), b()}, {b()}, {"10.0.0.1"}},
    {"ContestedIsResolvedForAThird", {a(), b()}, {a(), b(), c().created_at(1)}, {"10.0.0.1"}},
    {"ContestedIsFree", {a(), b()}, {}, {"10.0.0.1"}},
    {"FreeBecomesContested", {}, {a(), b()}, {}},
    {"StaysContested", {a(), b()}, {b(), c()}, {}},
    {"DualStackDeleted", {dual()}, {}, {"10.0.0.4", "fd00::4"}},
    {"DualStackLosesOne", {dual()}, {pod("shop/d", "10.0.0.4").uid("4")}, {"fd00::4"}},
    {"DualStackGainsOne", {pod("shop/d", "10.0.0.4").uid("4")}, {dual()}, {}},
    {"RemotePodsCountToo", {a().on("n2")}, {b().on("n1")}, {"10.0.0.1"}},
    {"HostNetworkNeverOwned", {a().host_network()}, {b().host_network()}, {}},
    {"HostNetworkDoesNotTakeOver", {a()}, {a(), b().host_network().created_at(9)}, {}},
    {"BecomesHostNetwork", {a()}, {a().host_network()}, {"10.0.0.1"}},
};

INSTANTIATE_TEST_SUITE_P(All, LostAddresses, testing::ValuesIn(kMoves),
                         [](const auto& each) { return each.param.name; });

// Without a uid, as in hand-written manifests, only the name tells pods apart.
TEST(LostAddresses, WithoutUidsOneNameIsOnePod) {
  const auto pod_without = pod("shop/a", "10.0.0.1");
  EXPECT_EQ(lost_between({pod_without}, {pod("shop/a", "10.0.0.1").created_at(7)}), Lost{});
  EXPECT_EQ(lost_between({pod_without}, {a()}), Lost{"10.0.0.1"});
}

TEST(LostAddresses, AreSortedAndOnlyTheLostOnes) {
  EXPECT_EQ(
      lost_between({pod("shop/x", "10.0.0.9"), pod("shop/y", "10.0.0.3 fd00::1"), a()}, {a()}),
      (Lost{"10.0.0.3", "10.0.0.9", "fd00::1"}));
}

}  // namespace
}  // namespace portcullis::test::lost_addresses_test
