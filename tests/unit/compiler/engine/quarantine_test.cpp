#include <gtest/gtest.h>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/verdict/evaluate.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"

// An address of this node that none of its pods claims any more stays closed until the node no
// longer has it.
namespace portcullis::test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kClient = "10.0.0.2";

PodBuilder web() { return pod("shop/web", kWeb).labels("app=web").uid("1").created_at(1); }
PodBuilder client() { return pod("shop/client", kClient).uid("2"); }

class Quarantine : public testing::Test {
 protected:
  void SetUp() override { apply({ns("shop"), client(), web()}); }

  Delta apply(const std::vector<Event>& events) { return compiler_.apply({.events = events}); }
  Delta remove(const PodBuilder& pod) { return apply({removal_of(pod)}); }
  Delta release(const char* gone) { return compiler_.release(std::vector{address(gone)}); }

  // The ruleset's verdict, which must equal the evaluator's.
  bool connects(const char* from, const char* to) {
    const Connection connection{address(from), address(to), 6, 80};
    const bool passed = passes(compiler_.ruleset(), {connection.source, connection.destination,
                                                     connection.protocol, connection.port});
    EXPECT_EQ(evaluate(compiler_.cluster(), connection).allowed(), passed);
    return passed;
  }

  bool is_open() { return connects(kClient, kWeb) && connects(kWeb, kClient); }
  bool is_closed() { return !connects(kClient, kWeb) && !connects(kWeb, kClient); }

  IncrementalCompiler compiler_{"n1"};
};

TEST_F(Quarantine, BeginsWhenTheObjectIsGoneAndEndsWhenTheAddressIs) {
  EXPECT_TRUE(is_open());
  EXPECT_EQ(remove(web()).lost, std::vector{address(kWeb)});
  EXPECT_TRUE(is_closed());
  EXPECT_EQ(compiler_.cluster().quarantined().at(address(kWeb)), key("shop/web"));
  EXPECT_TRUE(release(kWeb).lost.empty());
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(compiler_.cluster().quarantined().empty());
}

TEST_F(Quarantine, BeginsWhenThePodHasFinished) {
  for (const auto phase : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    apply({web().phase(phase)});
    EXPECT_TRUE(is_closed());
    apply({web()});
    EXPECT_TRUE(is_open());
  }
}

TEST_F(Quarantine, BeginsWhenThePodIsReportedElsewhere) {
  apply({web().on("n2")});
  EXPECT_TRUE(is_closed());
  release(kWeb);
  EXPECT_TRUE(is_open());
}

TEST_F(Quarantine, OfThisNodeEndsNotByTheClaimOfAnotherNode) {
  apply({removal_of(web()), pod("shop/far", kWeb).on("n2").created_at(9)});
  EXPECT_TRUE(is_closed());
  release(kWeb);
  EXPECT_TRUE(is_open());
}

TEST_F(Quarantine, EndsAtOnceWithTheNextPodOfThisNodeByItsOwnPolicies) {
  apply({policy("shop/deny", "app=next").ingress()});
  remove(web());
  EXPECT_TRUE(is_closed());
  apply({pod("shop/next", kWeb).labels("app=next")});
  EXPECT_FALSE(connects(kClient, kWeb));
  EXPECT_TRUE(connects(kWeb, kClient));
  EXPECT_TRUE(compiler_.cluster().quarantined().empty());
}

TEST_F(Quarantine, IsNotForAnAddressThatChangesHandsAtOnce) {
  apply({removal_of(web()), pod("shop/next", kWeb)});
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(compiler_.cluster().quarantined().empty());
}

TEST_F(Quarantine, IsNotForAddressesOfOtherNodes) {
  apply({pod("shop/far", "10.0.0.3").on("n2")});
  remove(pod("shop/far", "10.0.0.3"));
  EXPECT_TRUE(compiler_.cluster().quarantined().empty());
}

TEST_F(Quarantine, HoldsWhatTheLastRunEnforcedAndNoPodExplains) {
  compiler_.quarantine(std::vector{address("10.0.0.9"), address(kWeb)});
  EXPECT_TRUE(is_open());
  EXPECT_FALSE(connects("10.0.0.9", kWeb));
  EXPECT_FALSE(connects(kWeb, "10.0.0.9"));
  release("10.0.0.9");
  EXPECT_TRUE(connects("10.0.0.9", kWeb));
}

TEST_F(Quarantine, APodIsNotTakenOutOfItsPoliciesByAnotherNode) {
  apply({policy("shop/deny", "app=web").ingress(), pod("shop/api", "10.0.0.3").labels("app=api"),
         policy("shop/api", "app=api").ingress(from({pods("app=far")}))});
  const auto lost = apply({pod("shop/far", kWeb).labels("app=far").on("n2").created_at(9)}).lost;
  EXPECT_EQ(lost, std::vector{address(kWeb)});
  EXPECT_FALSE(connects(kClient, kWeb));
  EXPECT_TRUE(connects(kWeb, kClient));
  EXPECT_TRUE(connects(kWeb, "10.0.0.3"));  // peers are chosen by the owner
  remove(web());
  EXPECT_TRUE(is_closed());
}

TEST_F(Quarantine, APodThatTerminatesKeepsItsAddressAgainstAnOlderOne) {
  apply({policy("shop/deny", "app=web").ingress(), pod("shop/old", kWeb)});
  EXPECT_FALSE(connects(kClient, kWeb));
  apply({web().terminating()});
  EXPECT_FALSE(connects(kClient, kWeb));
}

}  // namespace
}  // namespace portcullis::test
