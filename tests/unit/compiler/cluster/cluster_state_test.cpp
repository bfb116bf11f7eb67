#include "compiler/cluster/cluster_state.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

TEST(ClusterState, TellsWhetherAnEventChangedAnything) {
  ClusterState state;
  EXPECT_TRUE(state.apply(pod("shop/web", "10.0.0.1")));
  EXPECT_FALSE(state.apply(pod("shop/web", "10.0.0.1")));  // equal by value
  EXPECT_TRUE(state.apply(pod("shop/web", "10.0.0.2")));
  EXPECT_TRUE(state.apply(ns("shop", "env=prod")));
  EXPECT_FALSE(state.apply(ns("shop", "env=prod")));
  EXPECT_TRUE(state.apply(ns("shop", "env=dev")));
  EXPECT_TRUE(state.apply(policy("shop/deny").ingress()));
  EXPECT_FALSE(state.apply(policy("shop/deny").ingress()));
  EXPECT_TRUE(state.apply(policy("shop/deny").ingress(from({pods("app=web")}))));
}

TEST(ClusterState, KeepsTheLastValueOfAKey) {
  const auto state = cluster({pod("shop/web", "10.0.0.1"), pod("shop/web", "10.0.0.2")});
  ASSERT_EQ(state.pods().size(), 1u);
  EXPECT_EQ(to_string(state.pods().begin()->second->addresses.at(0)), "10.0.0.2");
}

TEST(ClusterState, NullRemovesTheObject) {
  auto state = cluster({pod("shop/web", "10.0.0.1"), ns("shop"), policy("shop/deny")});
  EXPECT_TRUE(state.apply(PodEvent{key("shop/web"), nullptr}));
  EXPECT_TRUE(state.apply(NamespaceEvent{"shop", nullptr}));
  EXPECT_TRUE(state.apply(PolicyEvent{key("shop/deny"), nullptr}));
  EXPECT_TRUE(state.pods().empty());
  EXPECT_TRUE(state.namespaces().empty());
  EXPECT_TRUE(state.policies().empty());
}

TEST(ClusterState, RemovalOfWhatIsNotThereChangesNothing) {
  auto state = cluster({pod("shop/web", "10.0.0.1")});
  EXPECT_FALSE(state.apply(PodEvent{key("shop/api"), nullptr}));
  EXPECT_FALSE(state.apply(PodEvent{key("bank/web"), nullptr}));
  EXPECT_FALSE(state.apply(NamespaceEvent{"shop", nullptr}));
  EXPECT_EQ(state.pods().size(), 1u);
}

TEST(ClusterState, KeysOfEqualNamesInOtherNamespacesAreOthers) {
  const auto state = cluster({pod("a/web", "10.0.0.1"), pod("b/web", "10.0.0.2")});
  EXPECT_EQ(state.pods().size(), 2u);
}

}  // namespace
}  // namespace portcullis::test
