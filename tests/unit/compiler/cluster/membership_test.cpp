#include "compiler/cluster/membership.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

PeerSelector in_namespace(const char* name, const char* pods) { return {name, selector(pods)}; }

PeerSelector in_namespaces(const char* namespaces, const char* pods) {
  return {selector(namespaces), selector(pods)};
}

AddressRanges ranges(std::initializer_list<const char*> blocks) {
  AddressRanges ranges;
  for (const auto* text : blocks) {
    ranges.push_back({cidr(text).first().value, cidr(text).last().value});
  }
  return ranges;
}

// "10.0.0.1=shop/web" each
template <class Wanted>
std::vector<std::string> members(const ClusterState& cluster, const Wanted& wanted) {
  const auto found = endpoints(cluster);
  std::vector<std::string> lines;
  for (const auto& member : Membership(found).members(wanted)) {
    lines.push_back(to_string(member.address) + "=" + to_string(member.pod->key));
  }
  return lines;
}

using Selectors = std::vector<PeerSelector>;
using Lines = std::vector<std::string>;

ClusterState two_namespaces() {
  return cluster({ns("shop", "env=prod"), ns("bank", "env=dev"),
                  pod("shop/web", "10.0.0.1 fd00::1").labels("app=web"),
                  pod("shop/api", "10.0.0.2").labels("app=api"),
                  pod("bank/web", "10.0.0.3").labels("app=web")});
}

TEST(Membership, IsOfNamespaceAndLabels) {
  const auto state = two_namespaces();
  EXPECT_EQ(members(state, Selectors{in_namespace("shop", "app=api")}), Lines{"10.0.0.2=shop/api"});
  EXPECT_EQ(members(state, Selectors{in_namespaces("env=dev", "")}), Lines{"10.0.0.3=bank/web"});
  EXPECT_EQ(members(state, Selectors{in_namespaces("", "app=web")}),
            (Lines{"10.0.0.1=shop/web", "10.0.0.3=bank/web", "fd00::1=shop/web"}));
  EXPECT_EQ(members(state, Selectors{in_namespaces("env=prod", "app=db")}), Lines{});
  EXPECT_EQ(members(state, Selectors{}), Lines{});
}

TEST(Membership, PodThatTwoSelectorsMatchIsThereOnce) {
  EXPECT_EQ(members(two_namespaces(), Selectors{in_namespace("shop", "app=api"),
                                                in_namespaces("env=prod", "app!=web")}),
            Lines{"10.0.0.2=shop/api"});
}

TEST(Membership, PodOfAnUnknownNamespaceIsMemberByNameOnly) {
  const auto state = cluster({pod("shop/web", "10.0.0.1")});
  EXPECT_EQ(members(state, Selectors{in_namespaces("env!=dev", "")}), Lines{});
  EXPECT_EQ(members(state, Selectors{in_namespaces("", "")}).size(), 1u);
  EXPECT_EQ(members(state, Selectors{in_namespace("shop", "")}).size(), 1u);
}

TEST(Membership, PodThatIsMalformedOrContestedIsNobodysPeer) {
  const auto state = cluster({pod("shop/bad", "10.0.0.1").malformed(), pod("shop/a", "10.0.0.2"),
                              pod("shop/b", "10.0.0.2"), pod("shop/good", "10.0.0.3")});
  EXPECT_EQ(members(state, Selectors{in_namespaces("", "")}), Lines{"10.0.0.3=shop/good"});
}

TEST(Membership, RangesCoverPodsOfAnyLabels) {
  Peers peers;
  peers.v4 = ranges({"10.0.0.2/31"});
  EXPECT_EQ(members(two_namespaces(), peers), (Lines{"10.0.0.2=shop/api", "10.0.0.3=bank/web"}));
  peers.v4.clear();
  peers.v6 = ranges({"::/0"});
  EXPECT_EQ(members(two_namespaces(), peers), Lines{"fd00::1=shop/web"});
}

TEST(Membership, RangesAndSelectorsUnite) {
  Peers peers;
  peers.pods = {in_namespace("shop", "app=api")};
  peers.v4 = ranges({"10.0.0.2/31"});
  EXPECT_EQ(members(two_namespaces(), peers), (Lines{"10.0.0.2=shop/api", "10.0.0.3=bank/web"}));
}

TEST(Membership, EveryoneIsEveryPod) {
  EXPECT_EQ(members(two_namespaces(), Peers{true, {}, {}, {}}).size(), 4u);
}

}  // namespace
}  // namespace portcullis::test
