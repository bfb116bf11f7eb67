#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"
#include "tests/unit/compiler/engine/verdict.h"

// Lines 7, 8 and 10 of SEMANTICS: the peers of a rule.
namespace portcullis::test::compile_peers_test {
namespace {

constexpr const char* kWeb = "10.0.0.1";

struct Source {
  const char* address;
  bool allowed;
};

// The pods that reach shop/web under one ingress rule. bank/* is on the other node.
//   shop (env=prod)  api 10.0.0.2 app=api      db 10.0.0.3 tier=db
//   bank (env=dev)   api 10.0.1.2 app=api      db 10.0.1.3 tier=db
void expect_sources(std::vector<PolicyPeer> peers, const std::vector<Source>& sources) {
  const auto state = cluster({ns("shop", "env=prod"), ns("bank", "env=dev"), pod("shop/web", kWeb),
                              pod("shop/api", "10.0.0.2").labels("app=api"),
                              pod("shop/db", "10.0.0.3").labels("tier=db"),
                              pod("bank/api", "10.0.1.2").labels("app=api").on("n2"),
                              pod("bank/db", "10.0.1.3").labels("tier=db").on("n2"),
                              policy("shop/p").ingress(from(std::move(peers)))});
  for (const auto& [address, allowed] : sources) {
    EXPECT_EQ(connects(state, address, kWeb), allowed) << connects(state, address, kWeb).message();
  }
}

TEST(CompilePeers, PodSelectorAloneIsOfThePolicysNamespace) {
  expect_sources({pods("app=api")}, {{"10.0.0.2", true}, {"10.0.0.3", false}, {"10.0.1.2", false}});
  expect_sources({pods("")}, {{"10.0.0.2", true}, {"10.0.0.3", true}, {"10.0.1.2", false}});
}

TEST(CompilePeers, BothSelectorsOfOneItemMustHold) {
  expect_sources({pods_in("env=dev", "app=api")},
                 {{"10.0.0.2", false}, {"10.0.1.2", true}, {"10.0.1.3", false}});
}

TEST(CompilePeers, EitherOfTwoItemsIsEnough) {
  expect_sources({pods_in("env=dev", ""), pods("app=api")},
                 {{"10.0.0.2", true}, {"10.0.0.3", false}, {"10.0.1.2", true}, {"10.0.1.3", true}});
}

TEST(CompilePeers, EmptySelectorsMeanEveryPodButNobodyElse) {
  expect_sources({pods_in("", "")}, {{"10.0.0.2", true}, {"10.0.1.3", true}, {"192.0.2.1", false}});
}

TEST(CompilePeers, NotInAndDoesNotExistHoldForAMissingKey) {
  expect_sources({pods("app!=api")}, {{"10.0.0.2", false}, {"10.0.0.3", true}});
  expect_sources({pods("!app")}, {{"10.0.0.2", false}, {"10.0.0.3", true}});
  expect_sources({pods("app")}, {{"10.0.0.2", true}, {"10.0.0.3", false}});
}

TEST(CompilePeers, NamespaceIsMatchedByItsName) {
  expect_sources({pods_in("kubernetes.io/metadata.name=bank", "")},
                 {{"10.0.0.2", false}, {"10.0.1.2", true}});
}

TEST(CompilePeers, SelectorsThatContradictMatchNobody) {
  expect_sources({pods("app=api,app=db"), pods("app,!app")},
                 {{"10.0.0.2", false}, {"10.0.0.3", false}});
}

TEST(CompileBlocks, ReachFromTheirFirstToTheirLastAddress) {
  expect_sources(
      {block("192.0.2.0/24")},
      {{"192.0.1.255", false}, {"192.0.2.0", true}, {"192.0.2.255", true}, {"192.0.3.0", false}});
}

TEST(CompileBlocks, AddressesOfPodsAreAddresses) {
  expect_sources({block("10.0.1.0/24", {"10.0.1.3/32"})},
                 {{"10.0.0.2", false}, {"10.0.1.2", true}, {"10.0.1.3", false}});
}

TEST(CompileBlocks, ExceptionIsOfItsOwnBlockOnly) {
  expect_sources({block("192.0.0.0/16", {"192.0.2.0/24"}), block("192.0.2.128/25")},
                 {{"192.0.1.1", true}, {"192.0.2.1", false}, {"192.0.2.129", true}});
  expect_sources({block("10.0.0.0/8", {"10.0.1.0/24"}), pods_in("env=dev", "app=api")},
                 {{"10.0.1.2", true}, {"10.0.1.3", false}, {"10.0.2.1", true}});
}

TEST(CompileBlocks, MayBeEverything) {
  expect_sources({block("0.0.0.0/0")},
                 {{"0.0.0.1", true}, {"10.0.0.2", true}, {"255.255.255.254", true}});
  expect_sources({block("0.0.0.0/0", {"128.0.0.0/1"})},
                 {{"127.255.255.255", true}, {"128.0.0.0", false}, {"255.255.255.255", false}});
}

TEST(CompileBlocks, MayBeOneAddress) {
  expect_sources({block("192.0.2.1/32")}, {{"192.0.2.1", true}, {"192.0.2.2", false}});
  expect_sources({block("192.0.2.1/32"), block("192.0.2.2/32")},
                 {{"192.0.2.1", true}, {"192.0.2.2", true}, {"192.0.2.3", false}});
  expect_sources({block("192.0.2.1/32"), block("192.0.2.3/32")},
                 {{"192.0.2.1", true}, {"192.0.2.2", false}, {"192.0.2.3", true}});
}

TEST(CompileBlocks, HostBitsAndLeadingZerosAreReadAsOlderApiServersDo) {
  expect_sources({block("192.0.002.010/28")}, {{"192.0.2.0", true}, {"192.0.2.16", false}});
}

TEST(CompileBlocks, ThatNothingIsLeftOfAllowNobody) {
  expect_sources({block("192.0.2.0/24", {"192.0.2.0/25", "192.0.2.128/25"})},
                 {{"192.0.2.1", false}, {"10.0.0.2", false}});
}

TEST(CompileBlocks, OfOneFamilySayNothingOfTheOther) {
  const auto state = cluster(
      {pod("shop/web", "10.0.0.1 fd00::1"), policy("shop/p").ingress(from({block("0.0.0.0/0")}))});
  EXPECT_TRUE(connects(state, "192.0.2.1", "10.0.0.1"));
  EXPECT_FALSE(connects(state, "2001:db8::1", "fd00::1"));
}

TEST(CompileBlocks, OfIpv6) {
  const auto state =
      cluster({pod("shop/web", "fd00::1"),
               policy("shop/p").egress(to({block("2001:db8::/32", {"2001:db8:1::/48"})}))});
  EXPECT_TRUE(connects(state, "fd00::1", "2001:db8::1"));
  EXPECT_TRUE(connects(state, "fd00::1", "2001:db8:2::"));
  EXPECT_FALSE(connects(state, "fd00::1", "2001:db8:1::1"));
  EXPECT_FALSE(connects(state, "fd00::1", "2001:db9::"));
}

}  // namespace
}  // namespace portcullis::test::compile_peers_test
