#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/print.h"
#include "compiler/ruleset/references.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/find_set.h"
#include "tests/support/oracle/compile.h"

// DESIGN section 2: what is shared, and what is not in the kernel at all.
namespace portcullis::test::compile_structure_test {
namespace {

Ruleset compiled(const std::vector<Event>& events) { return compile(cluster(events), "n1"); }

// The chain that a verdict map sends the address to; "" for none.
std::string target(const Ruleset& ruleset, const std::string& map, std::string_view pod) {
  for (const auto& element : find_set(ruleset, map).elements) {
    if (element.key == ElementKey().append(address(pod))) return element.jump;
  }
  return "";
}

std::vector<std::string> names_with(const Ruleset& ruleset, const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& [name, set] : ruleset.sets) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  for (const auto& [name, chain] : ruleset.chains) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

// "10.0.0.1, 10.0.0.2"
std::string elements(const Ruleset& ruleset, const std::string& name) {
  const auto& set = find_set(ruleset, name);
  std::string text;
  for (const auto& element : set.elements) {
    text += (text.empty() ? "" : ", ") + to_string(element, set.spec);
  }
  return text;
}

// The map by ports that a chain goes on by, and where it goes at a port: "80 . tcp".
const Set& map_of(const Ruleset& ruleset, const std::string& chain) {
  for (const auto& name : references(ruleset.chains.at(chain))) {
    if (name.starts_with("ports-")) return ruleset.sets.at(name);
  }
  throw std::out_of_range(chain);
}

std::string target_at(const Set& map, const std::string& port) {
  for (const auto& element : map.elements) {
    if (to_string(element, map.spec).starts_with(port + " : goto ")) return element.jump;
  }
  throw std::out_of_range(port);
}

const auto kWeb = pod("shop/web", "10.0.0.1").labels("app=web");
const auto kWeb2 = pod("shop/web2", "10.0.0.2").labels("app=web,version=2");
const auto kApi = pod("shop/api", "10.0.0.3").labels("app=api");
const auto kDb = pod("shop/db", "10.0.0.4").labels("app=db");

TEST(CompileStructure, PodsWithEqualRulesShareAChain) {
  const auto ruleset = compiled({kWeb, kWeb2, kApi, policy("shop/deny").ingress(),
                                 policy("shop/p", "app=web").ingress(from({pods("app=api")}))});
  const auto web = target(ruleset, "ingress-v4", "10.0.0.1");
  EXPECT_FALSE(web.empty());
  EXPECT_EQ(target(ruleset, "ingress-v4", "10.0.0.2"), web);
  EXPECT_NE(target(ruleset, "ingress-v4", "10.0.0.3"), web);
  EXPECT_EQ(names_with(ruleset, "in-").size(), 2u);
  EXPECT_TRUE(names_with(ruleset, "out-").empty());
}

TEST(CompileStructure, OnlyFamiliesOfLocalPodsHaveChainsAndSets) {
  const auto both = pod("shop/both", "10.0.0.9 fd00::9").labels("app=both");
  const auto rules = from({pods("app=api")});
  const auto one = compiled({kWeb, policy("shop/p", "app=web").ingress(rules)});
  EXPECT_EQ(names_with(one, "in-").size(), 1u);
  EXPECT_EQ(names_with(one, "peer-").size(), 1u);
  const auto two = compiled({both, policy("shop/p", "app=both").ingress(rules)});
  EXPECT_EQ(names_with(two, "in-").size(), 2u);
  EXPECT_EQ(names_with(two, "peer-").size(), 2u);
  const auto none = compiled({both, policy("shop/p", "app=both").ingress()});
  EXPECT_EQ(names_with(none, "in-").size(), 1u);  // what drops all has no family
}

TEST(CompileStructure, PortsOfAPodSplitAChainOnlyIfARuleNamesThem) {
  auto web = kWeb;
  web.port("http", 8080);
  const auto number = compiled({web, kWeb2, policy("shop/p", "app=web").ingress(from().tcp(80))});
  EXPECT_EQ(names_with(number, "in-").size(), 1u);
  const auto name =
      compiled({web, kWeb2, policy("shop/p", "app=web").ingress(from().named("http"))});
  EXPECT_EQ(names_with(name, "in-").size(), 2u);
}

TEST(CompileStructure, PeerSetIsSharedByProfilesAndDirections) {
  const auto ruleset = compiled(
      {kWeb, kApi, kDb, policy("shop/a", "app=web").ingress(from({pods("app=db")}).tcp(80)),
       policy("shop/b", "app=api").ingress(from({pods("app=db")}).tcp(81)),
       policy("shop/c", "app=api").egress(to({pods("app=db")}))});
  EXPECT_EQ(names_with(ruleset, "in-").size(), 2u);
  const auto sets = names_with(ruleset, "peer-v4-");
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(elements(ruleset, sets[0]), "10.0.0.4");
  EXPECT_EQ(ruleset.sets.at(sets[0]).spec.comment, "app=db in shop");
}

TEST(CompileStructure, SubsumedPeersAreNotStored) {
  const auto all = compiled({kWeb, policy("shop/p").ingress(from({pods_in("", "")}))});
  const auto more = compiled(
      {kWeb,
       policy("shop/p").ingress({from({pods("app=api")}), from({pods_in("", ""), pods("app")})})});
  EXPECT_EQ(more, all);
}

TEST(CompileStructure, PodsOfOtherNodesAreNotDispatched) {
  auto far = kApi;
  far.on("n2");
  const auto ruleset = compiled({kWeb, far, policy("shop/deny").ingress().egress()});
  const auto chain = target(ruleset, "ingress-v4", "10.0.0.1");
  EXPECT_EQ(elements(ruleset, "ingress-v4"), "10.0.0.1 : jump " + chain);
  EXPECT_EQ(elements(ruleset, "self-v4"), "10.0.0.1 . 10.0.0.1");
}

TEST(CompileStructure, PodThatMayBeAnywhereIsDispatchedEverywhere) {
  auto anywhere = kApi;
  anywhere.on("");
  const auto ruleset = compiled({anywhere, policy("shop/deny").ingress().egress()});
  EXPECT_NE(target(ruleset, "ingress-v4", "10.0.0.3"), "");
}

TEST(CompileStructure, PoliciesOfOtherNodesCostNothing) {
  auto far = kApi;
  far.on("n2");
  const auto ruleset =
      compiled({kWeb, far, kDb, policy("shop/p", "app=api").ingress(from({pods("app=db")}).tcp(80)),
                policy("bank/p").ingress(from({pods_in("", "")}))});
  EXPECT_EQ(ruleset, compiled({kWeb, far, kDb}));
}

TEST(CompileStructure, OnlyPeersThatARuleNamesAreStored) {
  const auto ruleset =
      compiled({kWeb, kApi, kDb, policy("shop/p", "app=web").ingress(from({pods("app=api")}))});
  const auto sets = names_with(ruleset, "peer-v4-");
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(elements(ruleset, sets[0]), "10.0.0.3");
}

TEST(CompileStructure, PeersOfOtherNodesAreStored) {
  auto far = kApi;
  far.on("n2");
  const auto ruleset =
      compiled({kWeb, far, policy("shop/p", "app=web").ingress(from({pods("app=api")}))});
  EXPECT_EQ(elements(ruleset, names_with(ruleset, "peer-v4-").at(0)), "10.0.0.3");
}

TEST(CompileStructure, PolicyThatAllowsEverythingNeedsNoChain) {
  EXPECT_EQ(compiled({kWeb, policy("shop/p").ingress(from()).egress(to())}), compiled({kWeb}));
}

TEST(CompileStructure, RulesOfAProfileDependOnPortGroupsOnly) {
  std::vector<PolicyRule> rules;
  for (int i = 0; i < 50; ++i) {
    rules.push_back(from({pods("app=" + std::to_string(i))}).tcp(80));
    rules.push_back(from({block("10.0." + std::to_string(2 * i) + ".0/24")}).tcp(80));
  }
  const auto ruleset = compiled({kWeb, policy("shop/p").ingress(rules)});
  // Pods, one set of blocks, and the drop at the end.
  EXPECT_EQ(ruleset.chains.at(target(ruleset, "ingress-v4", "10.0.0.1")).rules.size(), 3u);
  EXPECT_EQ(names_with(ruleset, "cidr-v4-").size(), 1u);
  EXPECT_EQ(names_with(ruleset, "port-").size(), 1u);
}

constexpr auto kTcp = Protocol::kTcp;

// For pods with one label each, which may use these ports.
std::vector<PolicyRule> rules(const std::vector<PortRange>& ports) {
  std::vector<PolicyRule> rules;
  for (const auto [first, last] : ports) {
    rules.push_back(from({pods("app=" + std::to_string(rules.size()))}).range(kTcp, first, last));
  }
  return rules;
}

TEST(CompileStructure, RulesThatAPacketMeetsDoNotDependOnPortGroups) {
  const auto met = [](std::uint16_t groups) {
    std::vector<PortRange> ports;
    for (std::uint16_t port = 1000; port < 1000 + groups; ++port) ports.push_back({port, port});
    const auto ruleset = compiled({kWeb, policy("shop/p").ingress(rules(ports))});
    const auto chain = target(ruleset, "ingress-v4", "10.0.0.1");
    const auto part = target_at(map_of(ruleset, chain), "1001 . tcp");
    EXPECT_EQ(names_with(ruleset, "in-").size(), 1u + groups);
    return ruleset.chains.at(chain).rules.size() + ruleset.chains.at(part).rules.size();
  };
  EXPECT_EQ(met(2), 2u + 2u);  // the map, the drop; the pods, the drop
  EXPECT_EQ(met(50), met(2));
}

TEST(CompileStructure, PortsThatTheSameRulesHaveAreOnePart) {
  const auto ruleset = compiled({kWeb, policy("shop/p").ingress(rules({{80, 90}, {85, 85}}))});
  const auto chain = target(ruleset, "ingress-v4", "10.0.0.1");
  const auto& map = map_of(ruleset, chain);
  EXPECT_EQ(map.elements.size(), 3u);
  EXPECT_EQ(target_at(map, "80-84 . tcp"), target_at(map, "86-90 . tcp"));
  EXPECT_EQ(ruleset.chains.at(target_at(map, "80-84 . tcp")).rules.size(), 2u);
  // One set for the peers of both, so a pod that moves from one to the other never leaves it.
  EXPECT_EQ(ruleset.chains.at(target_at(map, "85 . tcp")).rules.size(), 2u);
}

TEST(CompileStructure, AnEditOfOneRuleMakesOnlyItsPartAnew) {
  const auto ruleset_with = [](const char* peers) {
    return compiled({kWeb, policy("shop/p").ingress({from({pods("app=1")}).tcp(80),
                                                     from({pods("app=2")}).tcp(81),
                                                     from({pods(peers)}).tcp(82)})});
  };
  const auto delta = diff(ruleset_with("app=3"), ruleset_with("app=4"));
  EXPECT_EQ(delta.add.chains.size(), 2u);  // the first one, and that of port 82
  EXPECT_EQ(delta.add.sets.size(), 2u);    // the map by ports, and the peers
  EXPECT_EQ(delta.gone.chains.size(), 2u);
  EXPECT_EQ(delta.gone.sets.size(), 2u);
}

TEST(CompileStructure, EqualPartsOfSeveralProfilesAreOne) {
  const auto ruleset =
      compiled({pod("shop/web", "10.0.0.1 fd00::1"),
                policy("shop/p").ingress(
                    {from({block("10.9.0.0/16"), block("fd09::/16")}).tcp(80), from().tcp(81)})});
  const auto v4 = target(ruleset, "ingress-v4", "10.0.0.1");
  const auto v6 = target(ruleset, "ingress-v6", "fd00::1");
  EXPECT_NE(v4, v6);
  EXPECT_EQ(target_at(map_of(ruleset, v4), "81 . tcp"), target_at(map_of(ruleset, v6), "81 . tcp"));
}

TEST(CompileStructure, PartOfPortsThatEveryoneMayUseLooksNothingUp) {
  const auto ruleset = compiled(
      {kWeb, policy("shop/p").ingress({from({pods("app=1")}).tcp(80), from().tcp(80).tcp(81)})});
  EXPECT_TRUE(names_with(ruleset, "peer-").empty());
}

TEST(CompileStructure, RulesThatAPacketMeetsDoNotDependOnRangesInsideOneAnother) {
  std::vector<PortRange> ports;
  for (std::uint16_t i = 0; i < 40; ++i) {
    ports.push_back({static_cast<std::uint16_t>(1000 + i), static_cast<std::uint16_t>(2000 - i)});
  }
  const auto ruleset = compiled({kWeb, policy("shop/p").ingress(rules(ports))});
  const auto chain = target(ruleset, "ingress-v4", "10.0.0.1");
  EXPECT_EQ(names_with(ruleset, "in-").size(), 1 + ports.size());
  for (const auto& name : names_with(ruleset, "in-")) {
    EXPECT_EQ(ruleset.chains.at(name).rules.size(), 2U) << name;
  }
}

// Each of a few rules has many ranges nested in the others', and many networks: too much to copy.
TEST(CompileStructure, FewClausesWhoseClassesAreTooLargeAreLookedUpInTurn) {
  Budgets budgets;
  budgets.policy.memory = budgets.profile.memory = 4 * kMemoryOfElement;
  ClusterState state(budgets);
  state.apply(kWeb);
  state.apply(policy("shop/p").ingress(
      {from({block("192.0.2.0/24"), block("198.51.100.0/24")}).range(Protocol::kTcp, 1, 9),
       from({block("203.0.113.0/24")}).range(Protocol::kTcp, 5, 20)}));
  ASSERT_TRUE(state.excesses().empty());
  const auto ruleset = compile(state, "n1");
  const auto chain = target(ruleset, "ingress-v4", "10.0.0.1");
  EXPECT_EQ(names_with(ruleset, chain).size(), 1U);
  EXPECT_EQ(ruleset.chains.at(chain).rules.size(), 3U);
}

TEST(CompileStructure, PeerThatComesIsOneElementInEachOfItsSets) {
  const std::vector<Event> before = {kWeb, kDb,
                                     policy("shop/a", "app=web").ingress(from({pods("app=api")})),
                                     policy("shop/b", "app=db").egress(to({pods("app!=db")}))};
  auto after = before;
  auto far = kApi;
  after.push_back(far.on("n2"));
  const auto delta = diff(compiled(before), compiled(after));
  const auto all = operations(delta);
  ASSERT_EQ(all.size(), 2u) << to_string(delta);
  for (const auto& operation : all) {
    ASSERT_TRUE(std::holds_alternative<AddElements>(operation)) << to_string(delta);
    EXPECT_EQ(std::get<AddElements>(operation).elements.size(), 1u);
  }
}

TEST(CompileStructure, PodEventThatChangesNoVerdictChangesNothing) {
  auto pending = kWeb;
  pending.phase(PodPhase::kPending).created_at(7).port("http", 80);
  const auto rest = policy("shop/p", "app=web").ingress(from({pods("app=api")}).tcp(80));
  EXPECT_TRUE(diff(compiled({pending, kApi, rest}), compiled({kWeb, kApi, rest})).empty());
}

TEST(CompileStructure, NoSetIsThereThatNoRuleUses) {
  const auto ruleset = compiled(
      {kWeb, kApi, kDb,
       policy("shop/a", "app=web").ingress(from({pods("app=api"), block("10.0.0.0/8")}).tcp(80)),
       policy("shop/b", "app=db").egress(to({pods("app=api")}).named("http")),
       policy("shop/c", "app=none").ingress(from({pods("app=db")}).tcp(99))});
  const auto text = print_nft(ruleset);
  for (const auto& [name, set] : ruleset.sets) {
    EXPECT_NE(text.find("@" + name), std::string::npos) << name << "\n" << text;
  }
  for (const auto& [name, chain] : ruleset.chains) {
    const bool used = text.find("jump " + name) != std::string::npos ||
                      text.find("goto " + name) != std::string::npos;
    EXPECT_TRUE(chain.spec.base || used) << name;
  }
}

// However many names there are, a packet looks them up once.
TEST(CompileStructure, AllPortNamesOfEgressAreOneSet) {
  const auto ruleset =
      compiled({pod("shop/client", "10.0.0.4").on("n1"),
                pod("shop/web", "10.0.0.2")
                    .labels("app=web")
                    .port("http", 8080)
                    .port("https", 8443)
                    .port("alias", 8080)
                    .on("n2"),
                policy("shop/p", "!app")
                    .egress({to({pods("app=web")}).named("http"), to().named("https"),
                             to({block("10.0.0.0/30")}).named("alias"), to().named("nothing")})});
  const auto sets = names_with(ruleset, "named-v4-");
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(find_set(ruleset, sets.front()).elements.size(), 2U) << "8080 and 8443";
  const auto& rules = ruleset.chains.at(target(ruleset, "egress-v4", "10.0.0.4")).rules;
  EXPECT_EQ(std::ranges::count_if(rules,
                                  [](const Rule& rule) {
                                    return to_string(rule).find("@named") != std::string::npos;
                                  }),
            1);
}

TEST(CompileStructure, ElementsAreSortedAndUnique) {
  const auto ruleset = compiled({kDb, kApi, kWeb2, kWeb, policy("shop/p").ingress().egress()});
  for (const auto* name : {"ingress-v4", "egress-v4", "self-v4"}) {
    const auto& all = find_set(ruleset, name).elements;
    // And 0.0.0.0, from which any of them may send.
    EXPECT_EQ(all.size(), name == std::string("egress-v4") ? 5u : 4u) << name;
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end())) << name;
  }
}

}  // namespace
}  // namespace portcullis::test::compile_structure_test
