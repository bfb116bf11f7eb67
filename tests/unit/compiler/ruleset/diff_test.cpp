#include "compiler/ruleset/diff.h"

#include <gtest/gtest.h>

#include "compiler/ruleset/operation.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/kernel_model.h"

namespace portcullis::test {
namespace {

Element element(std::string_view text, std::string jump = {}) {
  return {ElementKey().append(address(text)), {}, std::move(jump)};
}

Element range(std::string_view first, std::string_view last) {
  return {ElementKey().append(address(first)), ElementKey().append(address(last)), {}};
}

Rule returns_for(const char* set) {
  return {{InSet{{Field::kIp4Source}, set, false}, Verdict{Verdict::Kind::kReturn}}};
}

const Rule kDrop{{Counter{}, Verdict{}}};

void add_set(Ruleset& ruleset, SetSpec spec, std::vector<Element> elements) {
  ruleset.sets[spec.name] = {spec, std::move(elements)};
}

void add_chain(Ruleset& ruleset, std::string name, std::vector<Rule> rules) {
  ruleset.chains[name] = {{name, std::nullopt, ""}, std::move(rules)};
}

// The table with one pod isolated by the profile in-<profile>, whose peers are peer-<profile>.
Ruleset table(const std::string& profile) {
  Ruleset ruleset;
  ruleset.chains["forward"] = {{"forward", BaseChain{}, ""},
                               {Rule{{VerdictMap{{Field::kIp4Destination}, "ingress"}}}}};
  add_set(ruleset, {"ingress", {FieldType::kIpv4Addr}, false, true, ""},
          {element("10.0.0.1", "in-" + profile)});
  add_set(ruleset, {"peer-" + profile, {FieldType::kIpv4Addr}, false, false, ""},
          {element("10.0.0.7")});
  add_set(ruleset, {"cidr", {FieldType::kIpv4Addr}, true, false, ""},
          {range("10.1.0.0", "10.1.255.255")});
  const auto peers = "peer-" + profile;
  add_chain(ruleset, "in-" + profile, {returns_for(peers.c_str()), kDrop});
  return ruleset;
}

// The delta's text; also applies it by the kernel's rules, which must lead to `to`.
std::string difference(const Ruleset& from, const Ruleset& to) {
  const auto delta = diff(from, to);
  KernelModel kernel(from);
  const auto done = kernel.apply(delta);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(kernel.ruleset(), to) << to_string(delta);
  return to_string(delta);
}

TEST(Diff, OfEqualRulesetsIsEmpty) {
  EXPECT_TRUE(diff(table("a"), table("a")).empty());
  EXPECT_TRUE(diff({}, {}).empty());
}

TEST(Diff, FromNothingMakesTheTable) {
  EXPECT_EQ(
      difference({}, table("a")),
      "add table inet portcullis\n"
      "add set inet portcullis cidr { type ipv4_addr; flags interval; }\n"
      "add map inet portcullis ingress { type ipv4_addr : verdict; }\n"
      "add set inet portcullis peer-a { type ipv4_addr; }\n"
      "add chain inet portcullis forward { type filter hook forward priority filter - 1; policy "
      "accept; }\n"
      "add chain inet portcullis in-a\n"
      "add element inet portcullis cidr { 10.1.0.0/16 }\n"
      "add element inet portcullis peer-a { 10.0.0.7 }\n"
      "add rule inet portcullis forward ip daddr vmap @ingress\n"
      "add rule inet portcullis in-a ip saddr @peer-a return\n"
      "add rule inet portcullis in-a counter drop\n"
      "add element inet portcullis ingress { 10.0.0.1 : jump in-a }\n");
}

TEST(Diff, ToNothingDeletesTheTable) {
  EXPECT_EQ(difference(table("a"), {}), "delete table inet portcullis\n");
}

TEST(Diff, PodThatGetsAnotherProfileMovesAfterTheProfileIsComplete) {
  EXPECT_EQ(difference(table("a"), table("b")),
            "add set inet portcullis peer-b { type ipv4_addr; }\n"
            "add chain inet portcullis in-b\n"
            "add element inet portcullis peer-b { 10.0.0.7 }\n"
            "add rule inet portcullis in-b ip saddr @peer-b return\n"
            "add rule inet portcullis in-b counter drop\n"
            "delete element inet portcullis ingress { 10.0.0.1 : jump in-a }\n"
            "add element inet portcullis ingress { 10.0.0.1 : jump in-b }\n"
            "flush chain inet portcullis in-a\n"
            "delete set inet portcullis peer-a\n"
            "delete chain inet portcullis in-a\n");
}

TEST(Diff, PeerThatComesOrGoesIsOneElement) {
  auto more = table("a");
  more.sets["peer-a"].elements.push_back(element("10.0.0.8"));
  EXPECT_EQ(difference(table("a"), more), "add element inet portcullis peer-a { 10.0.0.8 }\n");
  EXPECT_EQ(difference(more, table("a")), "delete element inet portcullis peer-a { 10.0.0.8 }\n");
}

TEST(Diff, RulesThatSomebodyAddedAreTakenOut) {
  auto tampered = table("a");
  tampered.chains["in-a"].rules.insert(tampered.chains["in-a"].rules.begin(),
                                       Rule{{Foreign{"log"}}});
  EXPECT_EQ(difference(tampered, table("a")),
            "flush chain inet portcullis in-a\n"
            "add rule inet portcullis in-a ip saddr @peer-a return\n"
            "add rule inet portcullis in-a counter drop\n");
}

TEST(Diff, ObjectsThatSomebodyAddedAreDeleted) {
  auto tampered = table("a");
  add_set(tampered, {"theirs", {FieldType::kIpv4Addr}, false, false, ""}, {element("10.9.9.9")});
  add_chain(tampered, "theirs", {returns_for("theirs")});
  tampered.sets["ingress"].elements.push_back(element("10.0.0.9", "theirs"));
  EXPECT_EQ(difference(tampered, table("a")),
            "delete element inet portcullis ingress { 10.0.0.9 : jump theirs }\n"
            "flush chain inet portcullis theirs\n"
            "delete set inet portcullis theirs\n"
            "delete chain inet portcullis theirs\n");
}

TEST(Diff, ObjectsThatSomebodyDeletedAreMadeAgain) {
  auto tampered = table("a");
  tampered.sets.erase("cidr");
  tampered.chains["forward"].rules.clear();
  EXPECT_EQ(difference(tampered, table("a")),
            "add set inet portcullis cidr { type ipv4_addr; flags interval; }\n"
            "add element inet portcullis cidr { 10.1.0.0/16 }\n"
            "flush chain inet portcullis forward\n"
            "add rule inet portcullis forward ip daddr vmap @ingress\n");
}

TEST(Diff, RangesThatNoPacketMeetsAreFilledAgain) {
  auto unfinished = table("a");
  unfinished.sets["cidr"].elements.clear();
  EXPECT_EQ(difference(unfinished, table("a")),
            "flush set inet portcullis cidr\n"
            "add element inet portcullis cidr { 10.1.0.0/16 }\n");
}

struct Tampering {
  const char* name;
  void (*tamper)(Ruleset&);
};

class DiffReplacesTable : public testing::TestWithParam<Tampering> {};

// An object that packets can meet cannot change in place: the whole table is replaced, in one
// transaction.
TEST_P(DiffReplacesTable, InOneTransaction) {
  auto whole = table("a");
  whole.chains["in-a"].rules.insert(whole.chains["in-a"].rules.begin(), returns_for("cidr"));
  auto tampered = whole;
  GetParam().tamper(tampered);
  const auto text = difference(tampered, whole);
  EXPECT_EQ(text, "delete table inet portcullis\n" + difference({}, whole));
}

INSTANTIATE_TEST_SUITE_P(
    All, DiffReplacesTable,
    testing::Values(
        Tampering{
            "RangeOfAnIntervalSet",
            [](Ruleset& r) { r.sets["cidr"].elements[0] = range("10.1.0.0", "10.2.255.255"); }},
        Tampering{
            "RangeAddedToAnIntervalSet",
            [](Ruleset& r) { r.sets["cidr"].elements.push_back(range("10.9.0.0", "10.9.0.9")); }},
        Tampering{"IntervalSetEmptied", [](Ruleset& r) { r.sets["cidr"].elements.clear(); }},
        Tampering{"TypeOfASet",
                  [](Ruleset& r) { r.sets["peer-a"].spec.key = {FieldType::kIpv6Addr}; }},
        Tampering{"CommentOfASet", [](Ruleset& r) { r.sets["peer-a"].spec.comment = "theirs"; }},
        Tampering{"HookOfTheBaseChain",
                  [](Ruleset& r) { r.chains["forward"].spec.base->hook = 1; }},
        Tampering{"PriorityOfTheBaseChain",
                  [](Ruleset& r) { r.chains["forward"].spec.base->priority = 0; }},
        Tampering{"NoBaseChainAnyMore",
                  [](Ruleset& r) { r.chains["forward"].spec.base = std::nullopt; }}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace portcullis::test
