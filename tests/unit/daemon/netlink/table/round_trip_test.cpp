#include "compiler/ruleset/print.h"
#include "tests/support/model/deltas.h"
#include "tests/support/sanitized.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

class RoundTrip : public KernelTest {
 protected:
  void expect_held(const Ruleset& ruleset) {
    const Ruleset held = dumped();
    EXPECT_TRUE(held == ruleset) << "wanted:\n"
                                 << print_nft(ruleset) << "held:\n"
                                 << print_nft(held);
  }

  void expect_round_trip(const Ruleset& ruleset) {
    apply(ruleset);
    expect_held(ruleset);
  }
};

TEST_F(RoundTrip, NoTableIsAnEmptyRuleset) { expect_held({}); }

TEST_F(RoundTrip, EmptyTransactionChangesNothing) {
  const auto before = kernel().dump();
  ASSERT_TRUE(kernel().commit(Delta()));
  const auto after = kernel().dump();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->generation, after->generation);
}

TEST_F(RoundTrip, EveryCommitIsOneGeneration) {
  const auto before = kernel().dump();
  apply(everything());
  const auto after = kernel().dump();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->generation + 1, after->generation);
}

TEST_F(RoundTrip, Everything) { expect_round_trip(everything()); }

TEST_F(RoundTrip, EverythingPrintsAsNftDoes) {
  apply(everything());
  EXPECT_EQ(list(), print_nft(everything()));
}

// What nft writes for the text is what we read and would write.
TEST_F(RoundTrip, EverythingThatNftLoadsIsRead) {
  load(print_nft(everything()));
  EXPECT_EQ(print_nft(dumped()), print_nft(everything()));
  EXPECT_TRUE(dumped() == everything());
}

// nft does not read comments from JSON, except those of counters.
Ruleset without_comments(Ruleset ruleset) {
  for (auto& [name, set] : ruleset.sets) set.spec.comment.clear();
  for (auto& [name, chain] : ruleset.chains) chain.spec.comment.clear();
  return ruleset;
}

TEST_F(RoundTrip, EverythingThatNftLoadsAsJsonIsRead) {
  const auto loaded = run_nft(inside(), {"-j", "-f", "-"}, print_json(everything()));
  ASSERT_TRUE(loaded.ok()) << loaded.err;
  EXPECT_EQ(print_nft(dumped()), print_nft(without_comments(everything())));
}

TEST_F(RoundTrip, ATableOfBridges) {
  const auto wanted = bridge_table();
  expect_round_trip(wanted);
  EXPECT_EQ(list("bridge"), print_nft(wanted));
  EXPECT_EQ(kernel().dump()->families(), std::vector{TableFamily::kBridge});
}

TEST_F(RoundTrip, ATableOfBridgesThatNftLoadsIsRead) {
  const auto wanted = bridge_table();
  load(print_nft(wanted));
  EXPECT_EQ(print_nft(dumped()), print_nft(wanted));
  load("delete table bridge portcullis");
  const auto loaded = run_nft(inside(), {"-j", "-f", "-"}, print_json(wanted));
  ASSERT_TRUE(loaded.ok()) << loaded.err;
  EXPECT_EQ(print_nft(dumped()), print_nft(wanted));
}

TEST_F(RoundTrip, BothTablesAreOneRuleset) {
  const auto both = both_tables();
  const auto bridge = bridge_table();
  expect_round_trip(both);
  EXPECT_EQ(list() + list("bridge"), print_nft(both));
  expect_round_trip(everything());
  EXPECT_EQ(kernel().dump()->families(), std::vector{TableFamily::kInet});
  expect_round_trip(both);
  expect_round_trip(bridge);
  expect_round_trip({});
  EXPECT_TRUE(kernel().dump()->families().empty());
  load(print_nft(both));
  EXPECT_TRUE(dumped() == both);
}

TEST_F(RoundTrip, CommentsAreThereForNft) {
  apply(everything());
  const std::string text = list();
  EXPECT_NE(text.find("comment \"default: app=frontend\""), std::string::npos) << text;
  EXPECT_NE(text.find("comment \"isolated for egress\""), std::string::npos) << text;
  EXPECT_NE(text.find("comment \"egress of default/api\""), std::string::npos) << text;
}

TEST_F(RoundTrip, LongestNamesAndComments) {
  const std::string name(255, 'n');
  Ruleset ruleset;
  add(ruleset, make_set({name, {FieldType::kIpv4Addr}, false, true, std::string(127, 'c')},
                        {jump("10.0.0.1", name)}));
  Chain chain = make_chain(name, {verdict(Verdict::Kind::kDrop)});
  chain.spec.comment = std::string(127, 'd');
  add(ruleset, chain);
  add(ruleset, make_chain("forward", {{{VerdictMap{{Field::kIp4Source}, name}}}}));
  expect_round_trip(ruleset);
}

TEST_F(RoundTrip, LoneProtocolsAndPorts) {
  using enum FieldType;
  Ruleset ruleset;
  add(ruleset, make_set({"proto", {kInetProto}, false, false, ""},
                        {value(ElementKey().append_protocol(6))}));
  add(ruleset, make_set({"ports", {kInetService}, true, false, ""},
                        {range(ElementKey().append_port(0), ElementKey().append_port(9)),
                         range(ElementKey().append_port(60000), ElementKey().append_port(65535))}));
  add(ruleset, make_chain("c", {{{InSet{{Field::kL4Proto}, "proto"},
                                  InSet{{Field::kDestinationPort}, "ports", true}}}}));
  expect_round_trip(ruleset);
}

// Dumped at once after the commit, while the kernel is still rehashing the set.
TEST_F(RoundTrip, HundredThousandElements) {
  const Ruleset ruleset = big_set(100'000);
  for (int i = 0; i < (kSanitized ? 2 : 5); ++i) {
    apply(ruleset);
    EXPECT_TRUE(dumped() == ruleset);
    apply({});
  }
}

TEST_F(RoundTrip, HundredThousandJumps) {
  Ruleset ruleset = dispatch({"10.0.0.1"});
  Set map = big_set(100'000).sets.at("peer-v4-big");
  map.spec = ruleset.sets.at("ingress-v4").spec;
  for (Element& element : map.elements) element.jump = "in-10.0.0.1";
  add(ruleset, map);
  apply(ruleset);
  EXPECT_TRUE(dumped() == ruleset);
}

TEST_F(RoundTrip, ManyRangesInOneSet) {
  std::vector<Element> ranges;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto key_of = [&](std::uint32_t low) {
      return ElementKey().append(Address{Family::kIpv4, (i << 8) + low});
    };
    ranges.push_back(range(key_of(1), key_of(100)));
  }
  Ruleset ruleset;
  add(ruleset, make_set({"cidr-v4-big", {FieldType::kIpv4Addr}, true, false, ""}, ranges));
  apply(ruleset);
  EXPECT_TRUE(dumped() == ruleset);
}

TEST_F(RoundTrip, ManyConcatenatedRangesInOneSet) {
  std::vector<Element> ranges;
  for (std::uint16_t i = 0; i < 5'000; ++i) {
    const auto first = static_cast<std::uint16_t>(10 * i);
    ranges.push_back(range(service(6, first), service(6, static_cast<std::uint16_t>(first + 5))));
  }
  Ruleset ruleset;
  add(ruleset,
      make_set({"port-big", {FieldType::kInetService, FieldType::kInetProto}, true, false, ""},
               ranges));
  apply(ruleset);
  EXPECT_TRUE(dumped() == ruleset);
}

TEST_F(RoundTrip, OneStateAfterAnother) {
  const std::vector<Ruleset> states = {dispatch({"10.0.0.1", "10.0.0.2"}),
                                       dispatch({"10.0.0.2", "10.0.0.3"}),
                                       everything(),
                                       big_set(1'000),
                                       big_set(10),
                                       {},
                                       everything(),
                                       dispatch({}),
                                       dispatch({"10.0.0.9"})};
  for (const Ruleset& state : states) expect_round_trip(state);
}

TEST_F(RoundTrip, VerdictMapElementReplacedInOneTransaction) {
  Ruleset ruleset = dispatch({"10.0.0.1"});
  apply(ruleset);
  const SetSpec map = ruleset.sets.at("ingress-v4").spec;
  add(ruleset, make_chain("in-new", {}));
  auto replace = with_chain(ruleset.chains.at("in-new").spec);
  replace.elements[map.name] = {
      map, false, {jump("10.0.0.1", "in-10.0.0.1")}, {jump("10.0.0.1", "in-new")}};
  replace.gone.chains = {"in-10.0.0.1"};
  const auto committed = kernel().commit(replace);
  ASSERT_TRUE(committed) << committed.error().message;
  ruleset.sets.at("ingress-v4").elements = {jump("10.0.0.1", "in-new")};
  ruleset.chains.erase("in-10.0.0.1");
  expect_held(ruleset);
}

// Some of the elements are there before and after.
TEST_F(RoundTrip, SetThatIsFlushedAndFilledInOneTransaction) {
  Ruleset ruleset = everything();
  apply(ruleset);
  Set& set = ruleset.sets.at("peer-v4-1");
  ASSERT_FALSE(set.elements.empty());
  auto refill = with_elements(set.spec, {set.elements.front(), value(address_key("10.9.9.9"))});
  refill.elements.at("peer-v4-1").flush = true;
  const auto committed = kernel().commit(refill);
  ASSERT_TRUE(committed) << committed.error().message;
  set = make_set(set.spec, refill.elements.at("peer-v4-1").came);
  expect_held(ruleset);
}

TEST_F(RoundTrip, VerdictMapThatIsFlushedAndFilledInOneTransaction) {
  Ruleset ruleset = dispatch({"10.0.0.1", "10.0.0.2"});
  apply(ruleset);
  Set& map = ruleset.sets.at("ingress-v4");
  auto refill = with_elements(map.spec, {jump("10.0.0.1", "in-10.0.0.2")});
  refill.elements.at("ingress-v4").flush = true;
  refill.gone.chains = {"in-10.0.0.1"};
  const auto committed = kernel().commit(refill);
  ASSERT_TRUE(committed) << committed.error().message;
  map.elements = {jump("10.0.0.1", "in-10.0.0.2")};
  ruleset.chains.erase("in-10.0.0.1");
  expect_held(ruleset);
}

TEST_F(RoundTrip, OneBatchChangesSeveralTables) {
  auto both = to_table(TableChange::kAdd);
  both.bridge = TableChange::kAdd;
  for (const auto* name : {"s", "bridge s"}) {
    both.add.sets[name] = make_set({name, {FieldType::kIpv4Addr}, false, false, ""},
                                   {value(address_key("10.0.0.1"))});
  }
  const auto generation = kernel().generation();
  const auto committed = kernel().commit(both);
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_EQ(kernel().generation().value(), *generation + 1);
  EXPECT_TRUE(dumped() == both.add);
  EXPECT_NE(list("bridge").find("elements = { 10.0.0.1 }"), std::string::npos);
}

TEST_F(RoundTrip, ARefusalOfOneTableChangesNone) {
  auto both = to_table(TableChange::kAdd);
  both.bridge = TableChange::kAdd;
  both.gone.counters = {"bridge none"};
  const auto committed = kernel().commit(both);
  ASSERT_FALSE(committed);
  EXPECT_NE(committed.error().message.find("delete counter bridge portcullis none"),
            std::string::npos)
      << committed.error().message;
  EXPECT_TRUE(kernel().dump()->tables.empty());
}

TEST_F(RoundTrip, TableIsMadeOnceOnly) {
  ASSERT_TRUE(kernel().commit(to_table(TableChange::kAdd)));
  apply(everything());
  ASSERT_TRUE(kernel().commit(to_table(TableChange::kAdd)));
  expect_held(everything());
}

TEST_F(RoundTrip, OtherTablesAreNeitherReadNorTouched) {
  const std::string others =
      "table inet other { set s { type ipv4_addr; elements = { 10.0.0.1 }; };\n"
      "  chain forward { type filter hook forward priority 0; ip saddr @s drop; };\n"
      "  chain in-other { counter; }; }\n"
      "table ip portcullis { chain forward { ip saddr 10.0.0.1 drop; }; }\n";
  load(others);
  expect_held({});
  const std::string before = run_nft(inside(), {"-s", "list", "ruleset"}).out;
  expect_round_trip(everything());
  expect_round_trip({});
  EXPECT_EQ(run_nft(inside(), {"-s", "list", "ruleset"}).out, before);
}

}  // namespace
}  // namespace portcullis::test
