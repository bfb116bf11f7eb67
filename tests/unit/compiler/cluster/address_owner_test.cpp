#include "compiler/cluster/address_owner.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

// "shop/a 10.0.0.1", and if contested "shop/a? 10.0.0.1"; in the order of the result.
std::vector<std::string> owned(const ClusterState& cluster) {
  std::vector<std::string> lines;
  for (const auto& endpoint : endpoints(cluster)) {
    std::string line = to_string(endpoint.pod->key) + (endpoint.contested ? "?" : "");
    for (const auto& each : endpoint.addresses) line += " " + to_string(each);
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(AddressOwner, EveryAddressOfAPodIsItsOwn) {
  EXPECT_EQ(owned(cluster({pod("shop/b", "fd00::2 10.0.0.2"), pod("shop/a", "10.0.0.1")})),
            (Lines{"shop/a 10.0.0.1", "shop/b 10.0.0.2 fd00::2"}));
}

TEST(AddressOwner, SomePodsHaveNoAddressOfTheirOwn) {
  EXPECT_EQ(owned(cluster({pod("shop/node", "192.0.2.1").host_network(),
                           pod("shop/done", "10.0.0.1").phase(PodPhase::kSucceeded),
                           pod("shop/dead", "10.0.0.2").phase(PodPhase::kFailed),
                           pod("shop/new", "").phase(PodPhase::kPending)})),
            Lines{});
}

TEST(AddressOwner, UnknownPhaseAndTerminatingPodsKeepTheirAddress) {
  EXPECT_EQ(owned(cluster({pod("shop/a", "10.0.0.1").phase(PodPhase::kUnknown),
                           pod("shop/b", "10.0.0.2").terminating(),
                           pod("shop/c", "10.0.0.3").phase(PodPhase::kPending)}))
                .size(),
            3u);
}

TEST(AddressOwner, KnowsThePodsNamespaceIfItIsThere) {
  const auto state = cluster({ns("shop"), pod("shop/a", "10.0.0.1"), pod("bank/b", "10.0.0.2")});
  const auto found = endpoints(state);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].ns, nullptr);  // bank/b
  ASSERT_NE(found[1].ns, nullptr);
  EXPECT_EQ(found[1].ns->name, "shop");
}

struct Claims {
  const char* name;
  PodBuilder loser;
  PodBuilder winner;
};

class AddressClaims : public testing::TestWithParam<Claims> {};

// Independent of which key is smaller or came first.
TEST_P(AddressClaims, DecideByStateAlone) {
  auto [name, loser, winner] = GetParam();
  EXPECT_EQ(owned(cluster({loser, winner})), Lines{to_string(winner.value().key) + " 10.0.0.1"});
  EXPECT_EQ(owned(cluster({winner, loser})), Lines{to_string(winner.value().key) + " 10.0.0.1"});
}

PodBuilder a() { return pod("shop/a", "10.0.0.1"); }
PodBuilder z() { return pod("shop/z", "10.0.0.1"); }

INSTANTIATE_TEST_SUITE_P(
    All, AddressClaims,
    testing::Values(
        Claims{"NewestWins", a().created_at(1), z().created_at(2)},
        Claims{"NewestWinsWhateverItsKey", z().created_at(1), a().created_at(2)},
        Claims{"RunningBeatsNewer", a().phase(PodPhase::kPending).created_at(9), z().created_at(1)},
        Claims{"TerminatingAndNewerBeatsStaying", a().created_at(1),
               z().terminating().created_at(9)},
        Claims{"TerminatingAndRunningBeatsPending", a().phase(PodPhase::kPending).created_at(9),
               z().terminating().created_at(1)},
        Claims{"MalformedKeepsItsClaim", a(), z().malformed().created_at(1)},
        Claims{"LiveBeatsFinished", a().phase(PodPhase::kSucceeded).created_at(9), z()},
        Claims{"PodBeatsHostNetwork", a().host_network().created_at(9), z()}),
    [](const auto& each) { return each.param.name; });

TEST(AddressOwner, EqualClaimsAreContested) {
  EXPECT_EQ(owned(cluster({pod("shop/a", "10.0.0.1"), pod("shop/b", "10.0.0.1")})),
            (Lines{"shop/a? 10.0.0.1", "shop/b? 10.0.0.1"}));
}

TEST(AddressOwner, OnlyTheSharedAddressIsContested) {
  EXPECT_EQ(owned(cluster({pod("shop/a", "10.0.0.1 fd00::1"), pod("shop/b", "10.0.0.1")})),
            (Lines{"shop/a fd00::1", "shop/a? 10.0.0.1", "shop/b? 10.0.0.1"}));
}

TEST(AddressOwner, ThirdPodWithABetterClaimSettlesIt) {
  const auto a = pod("shop/a", "10.0.0.1");
  const auto b = pod("shop/b", "10.0.0.1");
  EXPECT_EQ(owned(cluster({a, b, pod("shop/c", "10.0.0.1").created_at(1)})),
            Lines{"shop/c 10.0.0.1"});
  EXPECT_EQ(owned(cluster({a, b, pod("shop/0", "10.0.0.1").created_at(1)})),
            Lines{"shop/0 10.0.0.1"});
}

TEST(AddressOwner, ThirdPodWithAWorseClaimHasNothing) {
  EXPECT_EQ(owned(cluster({pod("shop/a", "10.0.0.1"), pod("shop/b", "10.0.0.1"),
                           pod("shop/c", "10.0.0.1").created_at(-1)})),
            (Lines{"shop/a? 10.0.0.1", "shop/b? 10.0.0.1"}));
}

TEST(AddressOwner, EqualClaimsAreContestedWhicheverTerminates) {
  EXPECT_EQ(owned(cluster({pod("shop/a", "10.0.0.1").terminating(), pod("shop/b", "10.0.0.1")})),
            (Lines{"shop/a? 10.0.0.1", "shop/b? 10.0.0.1"}));
}

// "shop/a", "shop/a?" if contested, "" if no pod of n1 claims 10.0.0.1.
std::string subject_on_n1(const std::vector<Event>& events) {
  const auto found = subjects(cluster(events), "n1");
  const auto subject = found.find(address("10.0.0.1"));
  if (subject == found.end()) return "";
  return to_string(subject->second.pod->key) + (subject->second.contested ? "?" : "");
}

TEST(Subject, OfANodeIsOneOfItsOwnPods) {
  const auto far = z().on("n2").created_at(9);
  EXPECT_EQ(subject_on_n1({a()}), "shop/a");
  EXPECT_EQ(subject_on_n1({far}), "");
  EXPECT_EQ(subject_on_n1({a(), far}), "shop/a");
  EXPECT_EQ(subject_on_n1({a().phase(PodPhase::kPending), far}), "shop/a");
  EXPECT_EQ(subject_on_n1({a(), far, pod("shop/b", "10.0.0.1").created_at(5)}), "shop/b");
  EXPECT_EQ(subject_on_n1({a().phase(PodPhase::kFailed), far}), "");
}

TEST(Subject, IsContestedAmongEqualClaims) {
  EXPECT_EQ(subject_on_n1({a(), z()}), "shop/a?");
  EXPECT_EQ(subject_on_n1({a(), z().on("n2")}), "shop/a?");
  EXPECT_EQ(subject_on_n1({a(), z(), pod("shop/far", "10.0.0.1").on("n2").created_at(9)}),
            "shop/a?");
}

TEST(AddressConflict, NamesOwnerAndOther) {
  const auto conflicts = address_conflicts(
      cluster({pod("shop/old", "10.0.0.1").from("old.yaml"),
               pod("shop/new", "10.0.0.1").created_at(1).from("new.yaml, document 2")}));
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_FALSE(conflicts[0].contested);
  EXPECT_EQ(to_string(conflicts[0]),
            "pods shop/new (new.yaml, document 2) and shop/old (old.yaml) both have the address "
            "10.0.0.1: it is treated as that of shop/new; give one of them another address, or "
            "delete it");
}

TEST(AddressConflict, SaysThatAContestedAddressIsDenied) {
  const auto conflicts =
      address_conflicts(cluster({pod("shop/a", "10.0.0.1"), pod("shop/b", "10.0.0.1")}));
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_TRUE(conflicts[0].contested);
  EXPECT_EQ(to_string(conflicts[0]),
            "pods shop/a and shop/b both have the address 10.0.0.1: its owner is unknown, so "
            "all traffic of this address is denied; give one of them another address, or delete "
            "it");
}

TEST(AddressConflict, EveryLoserIsOne) {
  EXPECT_EQ(address_conflicts(cluster({pod("shop/a", "10.0.0.1"), pod("shop/b", "10.0.0.1"),
                                       pod("shop/c", "10.0.0.1"), pod("shop/d", "10.0.0.2")}))
                .size(),
            2u);
}

TEST(AddressConflict, FinishedPodIsNone) {
  EXPECT_TRUE(address_conflicts(cluster({pod("shop/a", "10.0.0.1"),
                                         pod("shop/b", "10.0.0.1").phase(PodPhase::kFailed)}))
                  .empty());
}

}  // namespace
}  // namespace portcullis::test
