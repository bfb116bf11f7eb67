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
  EXPECT_TRUE(state.apply(NamespaceEvent{{"", "shop"}, nullptr}));
  EXPECT_TRUE(state.apply(PolicyEvent{key("shop/deny"), nullptr}));
  EXPECT_TRUE(state.pods().empty());
  EXPECT_TRUE(state.namespaces().empty());
  EXPECT_TRUE(state.policies().empty());
}

TEST(ClusterState, RemovalOfWhatIsNotThereChangesNothing) {
  auto state = cluster({pod("shop/web", "10.0.0.1")});
  EXPECT_FALSE(state.apply(PodEvent{key("shop/api"), nullptr}));
  EXPECT_FALSE(state.apply(PodEvent{key("bank/web"), nullptr}));
  EXPECT_FALSE(state.apply(NamespaceEvent{{"", "shop"}, nullptr}));
  EXPECT_EQ(state.pods().size(), 1u);
}

// "+Pod shop/web", "~Namespace shop", "-NetworkPolicy shop/deny"
std::vector<std::string> changes(ClusterState& state, const Update& update) {
  std::vector<std::string> changes;
  state.apply(update, [&](const Change& change) {
    std::visit(
        [&](const auto& each) {
          const auto& object = each.after ? each.after : each.before;
          const auto* sign = !each.before ? "+" : !each.after ? "-" : "~";
          changes.push_back(sign + name_of(to_event(object)));
        },
        change);
  });
  return changes;
}

using Changes = std::vector<std::string>;

TEST(ClusterState, AListReplacesAllObjectsOfItsKind) {
  auto state = cluster({pod("shop/api", "10.0.0.1"), pod("shop/db", "10.0.0.2"),
                        pod("shop/web", "10.0.0.3"), ns("shop"), policy("shop/deny")});
  const Replace list{
      Kind::kPod,
      {pod("shop/api", "10.0.0.1"), pod("shop/db", "10.0.0.9"), pod("shop/new", "10.0.0.4")}};
  EXPECT_EQ(changes(state, {.lists = {list}}),
            (Changes{"-Pod shop/web", "~Pod shop/db", "+Pod shop/new"}));
  EXPECT_EQ(changes(state, {.lists = {list}}), Changes{});
  EXPECT_EQ(changes(state, {.lists = {{Kind::kNamespace, {}}}}), Changes{"-Namespace shop"});
  EXPECT_EQ(changes(state, {.lists = {{Kind::kNetworkPolicy, {}}}}),
            Changes{"-NetworkPolicy shop/deny"});
  EXPECT_EQ(state.count(Kind::kPod), 3U);
}

TEST(ClusterState, EventsOfAnUpdateFollowItsLists) {
  ClusterState state;
  EXPECT_EQ(changes(state, {.lists = {{Kind::kPod, {pod("shop/web", "10.0.0.1")}}},
                            .events = {removal(Kind::kPod, key("shop/web")), ns("shop")}}),
            (Changes{"+Pod shop/web", "-Pod shop/web", "+Namespace shop"}));
}

TEST(Update, ALaterListStandsForWhatWasSaidOfItsKind) {
  Update update{.lists = {{Kind::kPod, {pod("shop/web", "10.0.0.1")}}},
                .events = {pod("shop/api", "10.0.0.2"), ns("shop")}};
  update.append({.lists = {{Kind::kPod, {pod("shop/db", "10.0.0.3")}}},
                 .events = {pod("shop/new", "10.0.0.4")}});
  ClusterState state;
  EXPECT_EQ(changes(state, update), (Changes{"+Pod shop/db", "+Namespace shop", "+Pod shop/new"}));
}

TEST(ClusterState, KeysOfEqualNamesInOtherNamespacesAreOthers) {
  const auto state = cluster({pod("a/web", "10.0.0.1"), pod("b/web", "10.0.0.2")});
  EXPECT_EQ(state.pods().size(), 2u);
}

}  // namespace
}  // namespace portcullis::test
