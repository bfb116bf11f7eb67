#include <gtest/gtest.h>

#include <array>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"
#include "tests/unit/compiler/engine/verdict.h"

// Lines 13, 15 and 18 to 21 of SEMANTICS: which addresses count.
namespace portcullis::test::compile_pods_test {
namespace {

constexpr const char* kWeb = "10.0.0.1";
constexpr const char* kApi = "10.0.0.2";
constexpr const char* kOutside = "192.0.2.1";

const auto kDenyAll = policy("shop/deny").ingress().egress();
const auto kFromPods = policy("shop/p", "app=web").ingress(from({pods_in("", "")}));

TEST(CompilePods, EveryAddressOfASubjectIsEnforced) {
  const auto state = cluster({pod("shop/web", "10.0.0.1 fd00::1"), kDenyAll});
  EXPECT_FALSE(connects(state, kOutside, "10.0.0.1"));
  EXPECT_FALSE(connects(state, "2001:db8::1", "fd00::1"));
  EXPECT_FALSE(connects(state, "fd00::1", "2001:db8::1", icmpv6()));
}

TEST(CompilePods, EveryAddressOfAPeerIsAMember) {
  const auto state = cluster({pod("shop/web", "10.0.0.1 fd00::1").labels("app=web"),
                              pod("shop/api", "10.0.0.2 fd00::2"), kFromPods});
  EXPECT_TRUE(connects(state, "10.0.0.2", "10.0.0.1"));
  EXPECT_TRUE(connects(state, "fd00::2", "fd00::1"));
  EXPECT_FALSE(connects(state, "fd00::3", "fd00::1"));
}

TEST(CompilePods, PodReachesItself) {
  const auto state = cluster({pod("shop/web", "10.0.0.1 fd00::1"), kDenyAll});
  EXPECT_TRUE(connects(state, "10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(connects(state, "fd00::1", "fd00::1"));
  EXPECT_FALSE(connects(state, "10.0.0.2", "10.0.0.1"));
}

TEST(CompilePods, HostNetworkPodIsNoSubjectAndNoPeer) {
  const auto state = cluster({pod("shop/web", kWeb).labels("app=web"),
                              pod("shop/agent", "192.0.2.7").host_network(), kFromPods,
                              policy("shop/agent", "!app").ingress().egress()});
  EXPECT_FALSE(connects(state, "192.0.2.7", kWeb));
  EXPECT_TRUE(connects(state, kOutside, "192.0.2.7"));
  EXPECT_TRUE(connects(state, "192.0.2.7", kOutside));
}

TEST(CompilePods, HostNetworkPodGivesNoPortAName) {
  const auto state = cluster({pod("shop/web", kWeb),
                              pod("shop/agent", "192.0.2.7").host_network().port("http", 80),
                              policy("shop/p").egress(to({block("0.0.0.0/0")}).named("http"))});
  EXPECT_FALSE(connects(state, kWeb, "192.0.2.7", tcp(80)));
}

TEST(CompilePods, FinishedPodIsNoSubjectAndNoPeer) {
  for (const auto phase : {PodPhase::kSucceeded, PodPhase::kFailed}) {
    const auto subject = cluster({pod("shop/job", kWeb).phase(phase), kDenyAll});
    EXPECT_TRUE(connects(subject, kOutside, kWeb));
    const auto peer = cluster(
        {pod("shop/web", kWeb).labels("app=web"), pod("shop/job", kApi).phase(phase), kFromPods});
    EXPECT_FALSE(connects(peer, kApi, kWeb));
  }
}

TEST(CompilePods, AddressOfAFinishedPodIsItsSuccessors) {
  const auto done = pod("shop/old", kApi).labels("app=api").phase(PodPhase::kSucceeded);
  const auto web = pod("shop/web", kWeb).labels("app=web");
  const auto from_api = policy("shop/p", "app=web").ingress(from({pods("app=api")}));
  EXPECT_FALSE(connects(cluster({web, from_api, done, pod("shop/new", kApi)}), kApi, kWeb));
  EXPECT_TRUE(connects(cluster({web, from_api, done, pod("shop/new", kApi).labels("app=api")}),
                       kApi, kWeb));
}

TEST(CompilePods, OfTwoLivePodsTheNewestIsSubjectAndPeer) {
  const auto old_pod = pod("shop/old", kApi).labels("app=old").created_at(1);
  const auto new_pod = pod("shop/new", kApi).labels("app=new").created_at(2);
  const auto web = pod("shop/web", kWeb).labels("app=web");
  const auto peers_of = [](const char* app) {
    return policy("shop/p", "app=web").ingress(from({pods(app)}));
  };
  EXPECT_FALSE(connects(cluster({new_pod, old_pod, web, peers_of("app=old")}), kApi, kWeb));
  EXPECT_TRUE(connects(cluster({new_pod, old_pod, web, peers_of("app=new")}), kApi, kWeb));
  const auto deny_old = policy("shop/deny", "app=old").ingress();
  const auto deny_new = policy("shop/deny", "app=new").ingress();
  EXPECT_TRUE(connects(cluster({new_pod, old_pod, deny_old}), kOutside, kApi));
  EXPECT_FALSE(connects(cluster({new_pod, old_pod, deny_new}), kOutside, kApi));
}

TEST(CompilePods, NewestOnAnotherNodeTakesNoLocalPodOutOfItsPolicies) {
  const auto state = cluster({pod("shop/old", kWeb).created_at(1),
                              pod("bank/new", kWeb).created_at(2).on("n2"), kDenyAll});
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

TEST(CompilePods, ContestedAddressTalksToNobody) {
  const auto state = cluster({pod("shop/a", kApi), pod("shop/b", kApi),
                              pod("shop/web", kWeb).labels("app=web"), kFromPods});
  EXPECT_FALSE(connects(state, kOutside, kApi));
  EXPECT_FALSE(connects(state, kApi, kOutside));
  EXPECT_FALSE(connects(state, kApi, kWeb));
}

TEST(CompilePods, ContestedAddressLeavesTheOtherAddressAlone) {
  const auto state = cluster({pod("shop/a", "10.0.0.2 fd00::2"), pod("shop/b", "10.0.0.2")});
  EXPECT_FALSE(connects(state, kOutside, "10.0.0.2"));
  EXPECT_TRUE(connects(state, "2001:db8::1", "fd00::2"));
}

TEST(CompilePods, MalformedPodTalksToNobodyAndNothingElseIsDisturbed) {
  const auto state = cluster({pod("shop/bad", kApi).malformed(), pod("shop/web", kWeb)});
  EXPECT_FALSE(connects(state, kOutside, kApi));
  EXPECT_FALSE(connects(state, kApi, kOutside));
  EXPECT_TRUE(connects(state, kOutside, kWeb));
}

// An invalid nodeName counts as none.
TEST(CompilePods, MalformedPodOfNoNodeIsDeniedOnEveryNode) {
  const auto state = cluster({pod("shop/bad", kApi).on("").malformed(), pod("shop/web", kWeb)});
  EXPECT_FALSE(connects(state, kOutside, kApi));
  EXPECT_FALSE(connects(state, kApi, kOutside));
  EXPECT_TRUE(connects(state, kOutside, kWeb));
}

TEST(CompilePods, TerminatingPodKeepsItsEnforcement) {
  EXPECT_FALSE(connects(cluster({pod("shop/web", kWeb).terminating(), kDenyAll}), kOutside, kWeb));
  EXPECT_TRUE(connects(cluster({pod("shop/web", kWeb).labels("app=web"),
                                pod("shop/api", kApi).terminating(), kFromPods}),
                       kApi, kWeb));
  EXPECT_TRUE(
      connects(cluster({pod("shop/web", kWeb).terminating().phase(PodPhase::kFailed), kDenyAll}),
               kOutside, kWeb));
}

TEST(CompilePods, PendingPodWithAnAddressIsEnforced) {
  const auto state = cluster({pod("shop/web", kWeb).phase(PodPhase::kPending), kDenyAll});
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

TEST(CompilePods, AddressIsIsolatedFromWhenItComes) {
  auto state = cluster({pod("shop/web", ""), kDenyAll});
  EXPECT_TRUE(connects(state, kOutside, kWeb));
  state.apply(pod("shop/web", kWeb));
  EXPECT_FALSE(connects(state, kOutside, kWeb));
}

TEST(CompilePods, AddressThatMovesBelongsToTheOtherPod) {
  auto state = cluster({pod("shop/web", kWeb).labels("app=web"), pod("shop/api", kApi), kFromPods});
  state.apply(PodEvent{key("shop/web"), nullptr});
  state.apply(pod("bank/next", kWeb));
  EXPECT_TRUE(connects(state, kOutside, kWeb));
}

}  // namespace
}  // namespace portcullis::test::compile_pods_test
