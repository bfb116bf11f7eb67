#include "compiler/policy/peer_selector.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::peer_selector_test {
namespace {

PeerSelector in_namespace(const char* name, const char* pods) { return {name, selector(pods)}; }

PeerSelector in_namespaces(const char* namespaces, const char* pods) {
  return {selector(namespaces), selector(pods)};
}

const Namespace kProd{"shop", "", labels("env=prod"), false};

TEST(PeerSelector, PodSelectorAloneMeansThePolicysNamespace) {
  const PodPeer alone{std::nullopt, selector("app=web")};
  const PodPeer everywhere{LabelSelector(), selector("app=web")};
  EXPECT_EQ(peer_selector(alone, "shop"), in_namespace("shop", "app=web"));
  EXPECT_EQ(peer_selector(everywhere, "shop"), in_namespaces("", "app=web"));
}

TEST(PeerSelector, MatchesNamespacesByNameOrLabels) {
  EXPECT_TRUE(in_namespace("shop", "").matches_namespace("shop", &kProd));
  EXPECT_FALSE(in_namespace("shop", "").matches_namespace("bank", &kProd));
  EXPECT_TRUE(in_namespaces("env=prod", "").matches_namespace("shop", &kProd));
  EXPECT_FALSE(in_namespaces("env=dev", "").matches_namespace("shop", &kProd));
}

TEST(PeerSelector, UnknownNamespaceMatchesOnlyItsNameAndTheEmptySelector) {
  EXPECT_TRUE(in_namespace("shop", "").matches_namespace("shop", nullptr));
  EXPECT_TRUE(in_namespaces("", "").matches_namespace("shop", nullptr));
  EXPECT_FALSE(in_namespaces("env!=dev", "").matches_namespace("shop", nullptr));
  EXPECT_FALSE(in_namespaces("!env", "").matches_namespace("shop", nullptr));
}

TEST(PeerSelector, MalformedNamespaceIsAsGoodAsUnknown) {
  const Namespace malformed{"shop", "", {}, true};
  EXPECT_TRUE(in_namespaces("", "").matches_namespace("shop", &malformed));
  EXPECT_FALSE(in_namespaces("env!=dev", "").matches_namespace("shop", &malformed));
}

TEST(PeerSelector, Subsumes) {
  struct Case {
    PeerSelector wide;
    PeerSelector narrow;
    bool subsumes;
  };
  const Case cases[] = {
      {in_namespaces("", ""), in_namespace("shop", "app=web"), true},
      {in_namespaces("", ""), in_namespaces("env=prod", "app=web"), true},
      {in_namespaces("", "app=web"), in_namespace("shop", "app=web,tier=ui"), true},
      {in_namespaces("", "app=web"), in_namespace("shop", ""), false},
      {in_namespace("shop", ""), in_namespace("shop", "app=web"), true},
      {in_namespace("shop", ""), in_namespace("bank", "app=web"), false},
      {in_namespaces("env", ""), in_namespaces("env=prod", ""), true},
      {in_namespaces("env=prod", ""), in_namespaces("env", ""), false},
      {in_namespaces("env=prod", ""), in_namespace("shop", ""), false},
      {in_namespace("shop", ""), in_namespaces("", ""), false},
  };
  for (const auto& [wide, narrow, subsumes] : cases) {
    EXPECT_EQ(wide.subsumes(narrow), subsumes) << to_string(wide) << " | " << to_string(narrow);
  }
}

TEST(PeerSelector, UnionDropsWhatAnotherMemberCovers) {
  const auto everyone = in_namespaces("", "");
  const auto web = in_namespace("shop", "app=web");
  const auto ui = in_namespace("shop", "app=web,tier=ui");
  const auto bank = in_namespaces("team=bank", "");
  EXPECT_EQ(unite({web, everyone, bank}), std::vector{everyone});
  EXPECT_EQ(unite({ui, web, ui}), std::vector{web});
  EXPECT_EQ(unite({bank, web}).size(), 2u);
  EXPECT_TRUE(unite(std::vector<PeerSelector>()).empty());
}

TEST(PeerSelector, UnionIsTheSameInEveryOrder) {
  const auto web = in_namespace("shop", "app=web");
  const auto ui = in_namespace("shop", "tier=ui");
  const auto bank = in_namespaces("team=bank", "");
  const auto united = unite({web, ui, bank});
  EXPECT_EQ(unite({bank, ui, web}), united);
  EXPECT_EQ(unite({ui, web, bank, ui}), united);
}

TEST(PeerSelector, PrintsForPeople) {
  EXPECT_EQ(to_string(in_namespace("shop", "app=web")), "app=web in shop");
  EXPECT_EQ(to_string(in_namespace("shop", "")), "all pods in shop");
  EXPECT_EQ(to_string(in_namespaces("", "")), "all pods in all namespaces");
  EXPECT_EQ(to_string(in_namespaces("env=prod", "app=web")), "app=web in namespaces env=prod");
}

}  // namespace
}  // namespace portcullis::test::peer_selector_test
