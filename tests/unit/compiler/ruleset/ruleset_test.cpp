#include "compiler/ruleset/ruleset.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

std::vector<int> bytes(const ElementKey& key) { return {key.bytes().begin(), key.bytes().end()}; }

TEST(ElementKey, LiesInNetworkOrderPaddedToFourBytes) {
  auto key = ElementKey().append(address("10.0.0.1"));
  key.append_port(8080).append_protocol(6);
  EXPECT_EQ(bytes(key), (std::vector{10, 0, 0, 1, 0x1f, 0x90, 0, 0, 6, 0, 0, 0}));
}

TEST(ElementKey, HoldsTwoIpv6Addresses) {
  auto key = ElementKey().append(address("fd00::1"));
  key.append(address("fd00::2"));
  EXPECT_EQ(key.bytes().size(), ElementKey::kCapacity);
  EXPECT_EQ(key.bytes().front(), 0xfd);
  EXPECT_EQ(key.bytes().back(), 2);
}

TEST(ElementKey, IsWhatItWasMadeOf) {
  const auto key = ElementKey().append(address("10.0.0.1"));
  EXPECT_EQ(ElementKey(key.bytes()), key);
  EXPECT_TRUE(ElementKey().empty());
}

TEST(ElementKey, SortsAsTheAddressesDo) {
  const auto of = [](const char* text) { return ElementKey().append(address(text)); };
  EXPECT_LT(of("10.0.0.2"), of("10.0.0.10"));
  EXPECT_LT(of("9.255.255.255"), of("10.0.0.0"));
  EXPECT_LT(of("127.0.0.1"), of("200.0.0.1"));
}

TEST(ElementKeyDeathTest, MoreThanItHoldsIsABrokenInvariant) {
  EXPECT_DEATH(
      {
        auto key = ElementKey().append(address("fd00::1"));
        key.append(address("fd00::2")).append_port(80);
      },
      "");
}

TEST(FieldType, HasTheSizesOfTheKernel) {
  EXPECT_EQ(size_of(FieldType::kIpv6Addr), 16u);
  EXPECT_EQ(size_of(FieldType::kInetService), 2u);
  EXPECT_EQ(padded_size_of(FieldType::kIpv4Addr), 4u);
  EXPECT_EQ(padded_size_of(FieldType::kInetProto), 4u);
  EXPECT_EQ(padded_size_of(FieldType::kInetService), 4u);
}

TEST(Comment, OfTheLongestLengthStaysWhole) {
  const std::string longest(kMaxComment, 'x');
  EXPECT_EQ(make_comment(longest), longest);
}

TEST(Comment, ThatIsTooLongEndsInDots) {
  const auto cut = make_comment(std::string(300, 'x'));
  EXPECT_EQ(cut.size(), kMaxComment);
  EXPECT_TRUE(cut.ends_with("xxx..."));
}

TEST(Comment, HoldsNothingThatEndsAString) {
  EXPECT_EQ(make_comment("a\"b\\c\nd\x7f\xc3\xa9"), "a?b?c?d???");
  EXPECT_EQ(make_comment("app=web,tier in (a,b); !x"), "app=web,tier in (a,b); !x");
}

TEST(Ruleset, IsEmptyWithoutSetsAndChains) {
  Ruleset ruleset;
  EXPECT_TRUE(ruleset.empty());
  ruleset.chains["x"] = {};
  EXPECT_FALSE(ruleset.empty());
}

}  // namespace
}  // namespace portcullis::test
