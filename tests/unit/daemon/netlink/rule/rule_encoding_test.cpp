#include <gmock/gmock.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "compiler/ruleset/print.h"
#include "daemon/netlink/rule/rule.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

using nl::assemble;
using nl::disassemble;
using Expressions = std::vector<nl::Expression>;

constexpr std::uint32_t kNetwork = NFT_PAYLOAD_NETWORK_HEADER;
constexpr std::uint32_t kTransport = NFT_PAYLOAD_TRANSPORT_HEADER;

const nl::Decide kReturn{NFT_RETURN};

nl::LoadMeta meta(std::uint32_t key, std::uint32_t reg = 1) { return {key, reg}; }
nl::Compare equal(std::uint8_t byte) { return {NFT_CMP_EQ, 1, {byte}}; }

TEST(Assemble, ChecksAProtocolOnceARule) {
  const auto expressions =
      assemble({{InSet{{Field::kIp4Source}, "a"}, InSet{{Field::kIp4Destination}, "b"},
                 Verdict{Verdict::Kind::kReturn}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions ==
               Expressions{meta(NFT_META_NFPROTO), equal(NFPROTO_IPV4),
                           nl::LoadPayload{kNetwork, 12, 4, 1}, nl::Lookup{"a", 1, {}},
                           nl::LoadPayload{kNetwork, 16, 4, 1}, nl::Lookup{"b", 1, {}}, kReturn}));
}

TEST(Assemble, Icmpv6ImpliesIpv6) {
  const auto expressions = assemble({{Equal{Field::kIcmpv6Type, 135}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions == Expressions{meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6),
                                           meta(NFT_META_L4PROTO), equal(58),
                                           nl::LoadPayload{kTransport, 0, 1, 1}, equal(135)}));
}

TEST(Assemble, NumbersRegistersByOffset) {
  const auto expressions =
      assemble({{InSet{{Field::kIp6Destination, Field::kDestinationPort, Field::kL4Proto}, "s"}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE(
      (*expressions == Expressions{meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6),
                                   nl::LoadPayload{kNetwork, 24, 16, NFT_REG_1},
                                   nl::LoadPayload{kTransport, 2, 2, NFT_REG_2},
                                   meta(NFT_META_L4PROTO, NFT_REG32_05), nl::Lookup{"s", 1, {}}}));
}

TEST(Assemble, SwapsBytesOfTheProtocolInKeysOfRanges) {
  const std::vector<Field> key = {Field::kDestinationPort, Field::kL4Proto};
  const auto expressions = assemble({{InSet{key, "s", true}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions ==
               Expressions{nl::LoadPayload{kTransport, 2, 2, NFT_REG_1},
                           meta(NFT_META_L4PROTO, NFT_REG32_01),
                           nl::SwapBytes{NFT_BYTEORDER_HTON, NFT_REG32_01, NFT_REG32_01, 2, 1},
                           nl::Lookup{"s", 1, {}}}));
}

TEST(Assemble, ComparesASourceWithThatOfItsConnection) {
  const auto expressions =
      assemble({{InSet{{Field::kIp6Source, Field::kReplyIp6Source}, "s", false, true}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions == Expressions{meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6),
                                           nl::LoadPayload{kNetwork, 8, 16, NFT_REG_1},
                                           nl::LoadConntrack{NFT_CT_SRC_IP6, NFT_REG_2, 1},
                                           nl::Lookup{"s", 1, {}, NFT_LOOKUP_F_INV}}));
}

TEST(Assemble, MasksAnAddressToItsScope) {
  nl::Bytes scope(16, 0);
  scope[0] = 0xff;
  scope[1] = 0xc0;
  const auto expressions = assemble({{VerdictMap{{Field::kIp6SourceScope}, "m"}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions == Expressions{meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6),
                                           nl::LoadPayload{kNetwork, 8, 16, 1},
                                           nl::MaskBits{1, 1, scope, nl::Bytes(16, 0)},
                                           nl::Lookup{"m", 1, NFT_REG_VERDICT}}));
}

TEST(Assemble, SetsSomeBitsOfTheConnectionsMark) {
  const auto expressions = assemble({{SetConntrackMark{0x01ffffff, 0x12000000}}});
  ASSERT_TRUE(expressions);
  EXPECT_TRUE(
      (*expressions == Expressions{nl::LoadConntrack{NFT_CT_MARK, 1},
                                   nl::MaskBits{1, 1, {0xff, 0xff, 0xff, 0x01}, {0, 0, 0, 0x12}},
                                   nl::StoreConntrack{NFT_CT_MARK, 1}}));
}

TEST(Assemble, ChecksTheTypeOfABridgesFrame) {
  const auto expressions =
      assemble({{InSet{{Field::kInputInterface, Field::kIp4Source}, "s"}}}, TableFamily::kBridge);
  ASSERT_TRUE(expressions);
  EXPECT_TRUE((*expressions ==
               Expressions{meta(NFT_META_PROTOCOL), nl::Compare{NFT_CMP_EQ, 1, {0x08, 0x00}},
                           meta(NFT_META_IIFNAME), nl::LoadPayload{kNetwork, 12, 4, NFT_REG_2},
                           nl::Lookup{"s", 1, {}}}));
}

TEST(Assemble, RefusesWhatItCannotWrite) {
  EXPECT_FALSE(assemble({{Equal{Field::kEtherType, 0x0800}}}));
  EXPECT_FALSE(assemble({{Equal{Field::kInputInterface, 1}}}));
  EXPECT_FALSE(assemble({{InSet{{Field::kEtherType}, "s"}}}));
  EXPECT_FALSE(assemble({{VerdictMap{{Field::kIp4Source, Field::kEtherType}, "m"}}}));
  EXPECT_FALSE(assemble({{ReversePathMissing{}}}, TableFamily::kBridge));
  EXPECT_FALSE(assemble({{ConntrackState{8}}}));
  EXPECT_FALSE(assemble({{ConntrackState{}}}));
  EXPECT_FALSE(assemble({{ConntrackStatus{16}}}));
  EXPECT_FALSE(assemble({{Foreign{"log"}}}));
  EXPECT_FALSE(assemble({{Equal{Field::kIp4Source, 1}}}));
  EXPECT_FALSE(assemble({{Equal{Field::kL4Proto, 256}}}));
  EXPECT_FALSE(assemble({{Equal{Field::kIp6HopLimit, 256}}}));
  EXPECT_FALSE(assemble({{AtMost{Field::kOriginalIp4Source, 1}}}));
  EXPECT_FALSE(assemble({{InBlock{Field::kIp4Source, *parse_cidr("fe80::/10"), false}}}));
  EXPECT_FALSE(assemble({{InBlock{Field::kIp4Source, *parse_cidr("10.0.0.0/8"), false}}}));
  EXPECT_FALSE(assemble({{InSet{std::vector<Field>(9, Field::kIp6Source), "s"}}}));
}

TEST(Disassemble, IsTheInverse) {
  const Ruleset ruleset = everything();
  for (const auto& [name, chain] : ruleset.chains) {
    for (const Rule& rule : chain.rules) {
      const auto expressions = assemble(rule);
      ASSERT_TRUE(expressions);
      EXPECT_TRUE(disassemble(*expressions, ruleset.sets) == rule) << to_string(rule);
    }
  }
}

// With one expression removed, doubled or changed it is another rule or foreign; never the same.
TEST(Disassemble, AnyOtherBytesAreAnotherRule) {
  const Ruleset ruleset = everything();
  for (const auto& [name, chain] : ruleset.chains) {
    for (const Rule& rule : chain.rules) {
      const Expressions expressions = assemble(rule).value();
      for (std::size_t i = 0; i < expressions.size(); ++i) {
        const auto place = static_cast<std::ptrdiff_t>(i);
        Expressions less = expressions, more = expressions, changed = expressions;
        less.erase(less.begin() + place);
        more.insert(more.begin() + place, expressions[i]);
        changed[i] = nl::Unknown{};
        for (const Expressions& other : {less, more, changed}) {
          EXPECT_FALSE(disassemble(other, ruleset.sets) == rule) << to_string(rule) << " at " << i;
        }
      }
    }
  }
}

TEST(Disassemble, KnowsNothingElse) {
  const nl::Lookup inverted{"peer-v4-1", 1, {}, NFT_LOOKUP_F_INV};
  const nl::LoadPayload source{kNetwork, 12, 4, 1};
  const std::vector<Expressions> others = {
      {meta(NFT_META_NFPROTO), equal(NFPROTO_IPV4)},
      {meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6), source, inverted},
      {meta(NFT_META_NFPROTO), equal(NFPROTO_IPV6), source, nl::Lookup{"peer-v4-1", 1, {}}},
      {source, nl::Lookup{"peer-v4-1", 1, {}}},
      {nl::LoadPayload{kNetwork, 9, 1, 1}, equal(6)},
      {nl::LoadConntrack{NFT_CT_MARK, 1}, nl::MaskBits{1, 1, {6, 0, 0, 0}, {0, 0, 0, 0}},
       nl::Compare{NFT_CMP_NEQ, 1, {0, 0, 0, 0}}},
      {nl::LoadConntrack{NFT_CT_STATE, 1}},
      {nl::Decide{NFT_GOTO}},
      {nl::Lookup{"peer-v4-1", 1, {}}},
      {nl::Unknown{}}};
  for (const Expressions& other : others) EXPECT_FALSE(disassemble(other, everything().sets));
}

}  // namespace
}  // namespace portcullis::test
