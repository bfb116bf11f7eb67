#include "tests/support/oracle/ruleset_builder.h"

#include <gtest/gtest.h>

#include <boost/algorithm/string/erase.hpp>
#include <boost/algorithm/string/replace.hpp>

#include <algorithm>
#include <iterator>
#include <set>

#include "compiler/ruleset/print.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

// A built ruleset and the name of its one profile's chain.
struct Built {
  Ruleset ruleset;
  std::string chain;
};

Built build(const Profile& profile, const std::vector<Event>& pods = {},
            Family family = Family::kIpv4) {
  const auto state = cluster(pods);
  const auto found = endpoints(state);
  const Membership membership(found);
  RulesetBuilder builder(membership);
  const auto chain = *builder.add(*profile_chain(profile, family));
  return {std::move(builder).build(), chain};
}

Profile profile(Direction direction, const std::vector<PolicyRule>& rules,
                const std::string& name = "shop/p") {
  auto source = policy(name);
  direction == Direction::kIngress ? source.ingress(rules) : source.egress(rules);
  const NetworkPolicy* const pointer = &source.value();
  return make_profile(direction, std::span(&pointer, 1), {});
}

// The rules of the profile's chain, without hashes and the counter's name: "ip saddr @peer-v4
// return".
std::string rules(const Built& built) {
  std::string text;
  for (const auto& rule : built.ruleset.chains.at(built.chain).rules) {
    std::string line = to_string(rule);
    for (const auto& [name, set] : built.ruleset.sets) {
      const auto place = line.find(name);
      if (place != std::string::npos) line.erase(place + name.rfind('-'), 33);
    }
    for (const auto& [name, counter] : built.ruleset.counters) {
      boost::algorithm::erase_all(line, " name \"" + name + "\"");
    }
    text += line + "\n";
  }
  return text;
}

Set find_set(const Built& built, const std::string& prefix) {
  for (const auto& [name, set] : built.ruleset.sets) {
    if (name.starts_with(prefix)) return set;
  }
  ADD_FAILURE() << "no set " << prefix << " in\n" << print_nft(built.ruleset);
  return {};
}

std::string elements(const Set& set) {
  std::string text;
  for (const auto& element : set.elements) {
    text += (text.empty() ? "" : ", ") + to_string(element, set.spec);
  }
  return text;
}

TEST(RulesetBuilder, HasTheForwardChainAndItsSetsInAnyCase) {
  const Membership nobody({});
  EXPECT_EQ(print_nft(RulesetBuilder(nobody).build()), R"(table inet portcullis {
	map egress-link-local {
		type ipv6_addr : verdict
		comment "while a local pod is isolated"
	}

	map egress-v4 {
		type ipv4_addr : verdict
		comment "local pods isolated for egress"
	}

	map egress-v6 {
		type ipv6_addr : verdict
		comment "local pods isolated for egress"
	}

	map ingress-link-local {
		type ipv6_addr : verdict
		comment "while a local pod is isolated"
	}

	map ingress-v4 {
		type ipv4_addr : verdict
		comment "local pods isolated for ingress"
	}

	map ingress-v6 {
		type ipv6_addr : verdict
		comment "local pods isolated for ingress"
	}

	set self-v4 {
		type ipv4_addr . ipv4_addr
		comment "local pods, to themselves"
	}

	set self-v6 {
		type ipv6_addr . ipv6_addr
		comment "local pods, to themselves"
	}

	chain forward {
		type filter hook forward priority filter - 1; policy accept;
		ct state established accept
		ct state related jump icmp-error
		ip6 hoplimit 255 ip6 length <= 32 icmpv6 type nd-neighbor-solicit accept
		ip6 hoplimit 255 ip6 length <= 32 icmpv6 type nd-neighbor-advert accept
		ct status dnat ip saddr . ip daddr @self-v4 accept
		ct status dnat ip6 saddr . ip6 daddr @self-v6 accept
		ip saddr vmap @egress-v4
		ip6 saddr vmap @egress-v6
		ip6 saddr & ffc0:: vmap @egress-link-local
		ip daddr vmap @ingress-v4
		ip6 daddr vmap @ingress-v6
		ip6 daddr & ffc0:: vmap @ingress-link-local
		ip saddr vmap @egress-v4
		ip6 saddr vmap @egress-v6
		ip6 saddr & ffc0:: vmap @egress-link-local
		ip daddr vmap @ingress-v4
		ip6 daddr vmap @ingress-v6
		ip6 daddr & ffc0:: vmap @ingress-link-local
	}

	chain icmp-error {
		comment "related packets: ICMP errors alone"
		icmp type destination-unreachable goto icmp-error-sender
		icmp type time-exceeded goto icmp-error-sender
		icmp type parameter-problem goto icmp-error-sender
		icmpv6 type destination-unreachable goto icmp-error-sender
		icmpv6 type packet-too-big goto icmp-error-sender
		icmpv6 type time-exceeded goto icmp-error-sender
		icmpv6 type parameter-problem goto icmp-error-sender
	}

	chain icmp-error-sender {
		comment "of an end of the connection, or of no local pod"
		ip saddr . ct original ip saddr @self-v4 accept
		ip saddr . ct reply ip saddr @self-v4 accept
		ip saddr . ip saddr != @self-v4 accept
		ip6 saddr . ct original ip6 saddr @self-v6 accept
		ip6 saddr . ct reply ip6 saddr @self-v6 accept
		ip6 saddr != fe80::/10 ip6 saddr . ip6 saddr != @self-v6 accept
	}
}
)");
}

TEST(RulesetBuilder, IngressLooksAtTheSourceAndEgressAtTheDestination) {
  const std::vector<PolicyPeer> peers = {pods("app=api"), block("192.0.2.0/24"),
                                         block("2001:db8::/32")};
  EXPECT_EQ(rules(build(profile(Direction::kIngress, {from(peers)}))),
            "ip saddr @peer-v4 return\n"
            "ip saddr @cidr-v4 return\n"
            "counter drop\n");
  EXPECT_EQ(rules(build(profile(Direction::kEgress, {to(peers).tcp(80)}), {}, Family::kIpv6)),
            "th dport . meta l4proto @port ip6 daddr @peer-v6 return\n"
            "th dport . meta l4proto @port ip6 daddr @cidr-v6 return\n"
            "counter drop\n");
}

TEST(RulesetBuilder, BlocksOfTheOtherFamilyAreNobody) {
  const auto only_ipv6 = profile(Direction::kIngress, {from({block("2001:db8::/32")}).tcp(80)});
  EXPECT_EQ(rules(build(only_ipv6)), "counter drop\n");
}

TEST(RulesetBuilder, EveryoneNeedsNoAddress) {
  EXPECT_EQ(rules(build(profile(Direction::kIngress, {from().tcp(80)}))),
            "th dport . meta l4proto @port return\ncounter drop\n");
}

TEST(RulesetBuilder, ChainNamesItsPolicies) {
  auto many = profile(Direction::kEgress, {});
  many.policies = {"shop/a", "shop/b"};
  const auto built = build(many);
  EXPECT_TRUE(built.chain.starts_with("out-"));
  EXPECT_EQ(built.ruleset.chains.at(built.chain).spec.comment, "egress: shop/a, shop/b");
}

// The drops of the same policies are counted on, whatever they change to, and for both families.
TEST(RulesetBuilder, CounterIsOfThePoliciesNames) {
  const auto once = build(profile(Direction::kIngress, {from({pods("app=api")}).tcp(80)}));
  const auto edited = build(profile(Direction::kIngress, {from().tcp(81)}), {}, Family::kIpv6);
  auto others = profile(Direction::kIngress, {from().tcp(81)});
  others.policies = {"bank/p"};
  ASSERT_EQ(once.ruleset.counters.size(), 1U);
  EXPECT_EQ(once.ruleset.counters.begin()->second.comment, "ingress: shop/p");
  EXPECT_NE(edited.chain, once.chain);
  EXPECT_EQ(edited.ruleset.counters, once.ruleset.counters);
  EXPECT_NE(build(others).ruleset.counters, once.ruleset.counters);
}

TEST(RulesetBuilder, NamesAreOfTheContent) {
  const auto once = build(profile(Direction::kIngress, {from({pods("app=api")}).tcp(80)}));
  const auto again = build(profile(Direction::kIngress, {from({pods("app=api")}).tcp(80)}),
                           {pod("shop/api", "10.0.0.1").labels("app=api")});
  const auto other = build(profile(Direction::kIngress, {from({pods("app=api")}).tcp(81)}));
  EXPECT_EQ(again.chain, once.chain);  // members come and go
  EXPECT_NE(other.chain, once.chain);
  EXPECT_EQ(find_set(other, "peer-v4").spec, find_set(once, "peer-v4").spec);
}

// Otherwise renaming a policy would conflict with the old chain of the same name.
TEST(RulesetBuilder, ChainsOfEqualRulesButOtherPoliciesStayApart) {
  auto mine = profile(Direction::kIngress, {from().tcp(80)});
  auto theirs = mine;
  theirs.policies = {"bank/p"};
  EXPECT_NE(build(mine).chain, build(theirs).chain);
}

TEST(RulesetBuilder, PeerSetsOfOtherSelectorsStayApart) {
  const auto name = [](LabelSelector pods) {
    const PolicyPeer peer = PodPeer{std::nullopt, std::move(pods)};
    return find_set(build(profile(Direction::kIngress, {from({peer})})), "peer-v4").spec.name;
  };
  const auto in = [](std::vector<std::string> values) {
    return LabelSelector({{"app", Operator::kIn, std::move(values)}});
  };
  const LabelSelector two({{"app", Operator::kIn, {"a"}}, {"b", Operator::kExists, {}}});
  EXPECT_EQ(to_string(in({"a,b"})), to_string(two));
  EXPECT_NE(name(in({"a,b"})), name(two));
  EXPECT_NE(name(in({"a", "b"})), name(in({"ab"})));
  EXPECT_NE(name(selector("app=a")), name(selector("app!=a")));
}

TEST(RulesetBuilder, NamedSetsOfOtherPortsOrPeersStayApart) {
  const PolicyRule rules[] = {
      to().named("dns"),
      to().named("web"),
      to().named("dns", Protocol::kUdp),
      to({pods("app=dns")}).named("dns"),
      to({pods_in("", "app=dns")}).named("dns"),
      to({block("10.0.0.0/8")}).named("dns"),
      to({block("10.0.0.0/8", {"10.1.0.0/16"})}).named("dns"),
      to({block("fd00::/8")}).named("dns"),
      to({block("10.0.0.0/32", {"10.0.0.0/32"})}).named("dns"),  // nobody
  };
  std::set<std::string> names;
  for (const auto& rule : rules) {
    names.insert(find_set(build(profile(Direction::kEgress, {rule})), "named-v4").spec.name);
  }
  EXPECT_EQ(names.size(), std::size(rules));
}

// A comment is truncated, so it may be the same for both.
TEST(RulesetBuilder, PoliciesWithLongNamesHaveChainsAndCountersOfTheirOwn) {
  const std::string name = "shop/" + std::string(kMaxComment, 'x');
  const auto one = build(profile(Direction::kIngress, {}, name + "1"));
  const auto other = build(profile(Direction::kIngress, {}, name + "2"));
  EXPECT_EQ(one.ruleset.chains.at(one.chain).spec.comment,
            other.ruleset.chains.at(other.chain).spec.comment);
  EXPECT_NE(one.chain, other.chain);
  EXPECT_NE(one.ruleset.counters.begin()->first, other.ruleset.counters.begin()->first);
}

TEST(RulesetBuilder, LongListOfSelectorsIsCutInTheCommentOnly) {
  std::vector<PolicyPeer> peers;
  peers.reserve(40);
  for (int i = 0; i < 40; ++i) peers.push_back(pods("application=" + std::to_string(i)));
  const auto built = build(profile(Direction::kIngress, {from(peers)}),
                           {pod("shop/last", "10.0.0.1").labels("application=39")});
  EXPECT_EQ(find_set(built, "peer-v4").spec.comment.size(), kMaxComment);
  EXPECT_EQ(elements(find_set(built, "peer-v4")), "10.0.0.1");
}

TEST(RulesetBuilder, BlocksAreAnIntervalSetAndLoneAddressesAHash) {
  const auto built = build(
      profile(Direction::kIngress, {from({block("192.0.2.0/24"), block("192.0.4.1/32")}).tcp(80),
                                    from({block("192.0.2.9/32"), block("192.0.2.7/32")}).udp(80)}));
  std::vector<std::string> sets;
  for (const auto& [name, set] : built.ruleset.sets) {
    if (name.starts_with("cidr-v4"))
      sets.push_back((set.spec.interval ? "interval: " : "hash: ") + elements(set));
  }
  std::sort(sets.begin(), sets.end());
  EXPECT_EQ(sets, (std::vector<std::string>{"hash: 192.0.2.7, 192.0.2.9",
                                            "interval: 192.0.2.0/24, 192.0.4.1"}));
}

TEST(RulesetBuilder, LonePortsAreAHashAndRangesAnIntervalSet) {
  const auto lone = build(profile(Direction::kIngress, {from().tcp(80).udp(53)}));
  EXPECT_FALSE(find_set(lone, "port").spec.interval);
  EXPECT_EQ(elements(find_set(lone, "port")), "53 . udp, 80 . tcp");
  const auto range =
      build(profile(Direction::kIngress, {from().range(Protocol::kTcp, 80, 90).udp(53)}));
  EXPECT_TRUE(find_set(range, "port").spec.interval);
  EXPECT_EQ(elements(find_set(range, "port")), "53 . udp, 80-90 . tcp");
}

TEST(RulesetBuilder, RulesTellWhatKindOfSetTheyLookInto) {
  const auto built = build(profile(
      Direction::kIngress,
      {from({pods("app=api"), block("192.0.2.0/24")}).range(Protocol::kTcp, 80, 90).tcp(443)}));
  for (const auto& rule : built.ruleset.chains.at(built.chain).rules) {
    for (const auto& statement : rule.statements) {
      const auto* in = std::get_if<InSet>(&statement);
      if (in != nullptr) {
        EXPECT_EQ(in->interval, built.ruleset.sets.at(in->set).spec.interval) << in->set;
      }
    }
  }
}

TEST(RulesetBuilder, NamedEgressPortsAreASetOfAddressAndPort) {
  const auto to_databases = profile(Direction::kEgress, {to({pods("app=db")}).named("sql")});
  const std::vector<Event> pods = {
      pod("shop/a", "10.0.0.1 fd00::1").labels("app=db").port("sql", 5432),
      pod("shop/b", "10.0.0.2").labels("app=db").port("sql", 3306),
      pod("shop/c", "10.0.0.3").labels("app=db"),
      pod("shop/d", "10.0.0.4").labels("app=ui").port("sql", 1)};
  const auto ipv4 = build(to_databases, pods);
  EXPECT_EQ(rules(ipv4),
            "ip daddr . th dport . meta l4proto @named-v4 return\n"
            "counter drop\n");
  EXPECT_EQ(elements(find_set(ipv4, "named-v4")), "10.0.0.1 . 5432 . tcp, 10.0.0.2 . 3306 . tcp");
  const auto ipv6 = build(to_databases, pods, Family::kIpv6);
  EXPECT_EQ(rules(ipv6),
            "ip6 daddr . th dport . meta l4proto @named-v6 return\n"
            "counter drop\n");
  EXPECT_EQ(elements(find_set(ipv6, "named-v6")), "fd00::1 . 5432 . tcp");
}

TEST(RulesetBuilder, NamedSetsSayWhoseTheyAre) {
  const auto comment = [](std::vector<PolicyPeer> peers) {
    const auto built = build(profile(Direction::kEgress, {to(std::move(peers)).named("sql")}));
    return find_set(built, "named-v4").spec.comment;
  };
  EXPECT_EQ(comment({}), "sql/TCP of all pods");
  EXPECT_EQ(comment({pods("app=db")}), "sql/TCP of app=db in shop");
  EXPECT_EQ(comment({block("10.0.0.0/8")}), "sql/TCP of pods in an ipBlock");
  EXPECT_EQ(comment({pods("app=db"), block("10.0.0.0/8")}),
            "sql/TCP of app=db in shop or in an ipBlock");
}

TEST(RulesetBuilder, QuarantineDropsEverything) {
  const Membership nobody({});
  RulesetBuilder builder(nobody);
  const auto chain = *builder.add(quarantine_chain(Direction::kIngress));
  builder.dispatch(Direction::kIngress, address("fd00::1"), chain);
  const auto ruleset = std::move(builder).build();
  const auto& quarantine = ruleset.chains.at(chain);
  ASSERT_EQ(quarantine.rules.size(), 1u);
  const auto& counter = ruleset.counters.at(quarantine_chain(Direction::kIngress).denied.spec.name);
  EXPECT_EQ(to_string(quarantine.rules[0]), "counter name \"" + counter.name + "\" drop");
  EXPECT_EQ(counter.comment, quarantine.spec.comment);
  EXPECT_EQ(quarantine.spec.comment, "ingress: pods in quarantine");
  EXPECT_EQ(elements(find_set({ruleset, chain}, "ingress-v6")), "fd00::1 : jump " + chain);
  EXPECT_EQ(elements(find_set({ruleset, chain}, "self-v6")), "fd00::1 . fd00::1");
}

// A hash that an attacker can control.
std::string one_digit_hash(std::string_view content) {
  return std::string(1, static_cast<char>('0' + content.size() % 2));
}

Result<ProfileChain> weakly_named(const Profile& profile) {
  return profile_chain(profile, Family::kIpv4, Budgets().profile, one_digit_hash);
}

TEST(RulesetBuilder, RefusesAChainThatIsNamedLikeAnother) {
  const Membership nobody({});
  RulesetBuilder builder(nobody);
  const auto one = profile(Direction::kIngress, {from({pods("app=one")})}, "shop/p");
  const auto other = profile(Direction::kIngress, {from({pods("app=two")})}, "bank/p");
  ASSERT_EQ(weakly_named(one)->name, weakly_named(other)->name);
  ASSERT_TRUE(builder.add(*weakly_named(one)));
  const auto refused = builder.add(*weakly_named(other));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(builder.add(*weakly_named(one)));
}

TEST(RulesetBuilder, ProfileFailsIfTwoOfItsSetsWouldHaveOneName) {
  const auto two_sets = profile(Direction::kIngress,
                                {from({pods("app=one")}).tcp(80), from({pods("app=two")}).tcp(81)});
  const auto refused = weakly_named(two_sets);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace portcullis::test
