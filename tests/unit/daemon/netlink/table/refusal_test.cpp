#include <gmock/gmock.h>

#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

// Deltas that the kernel rejects: nothing of them remains, and the message names the one
// rejected operation, down to the element.
namespace portcullis::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Refusal : public KernelTest {
 protected:
  void expect_refused(const Delta& delta, const std::string& operation, const std::string& why) {
    const Ruleset before = dumped();
    const std::string message = refusal(delta);
    EXPECT_THAT(message, HasSubstr("\"" + operation + "\""));
    EXPECT_THAT(message, HasSubstr(why));
    EXPECT_TRUE(dumped() == before);
  }
};

const SetSpec kPeers{"peer-v4", {FieldType::kIpv4Addr}, false, false, ""};
const SetSpec kMap{"ingress-v4", {FieldType::kIpv4Addr}, false, true, ""};
const SetSpec kBlocks{"cidr-v4", {FieldType::kIpv4Addr}, true, false, ""};

TEST_F(Refusal, JumpToAMissingChainInABigBatch) {
  auto delta = diff({}, big_set(50'000));
  std::vector<Element> jumps;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const Address pod{Family::kIpv4, (10U << 24) + i};
    jumps.push_back({ElementKey().append(pod), {}, i == 7'777 ? "in-gone" : "in-1"});
  }
  add(delta.add, make_set(kMap, jumps));
  add(delta.add, make_chain("in-1", {}));
  add(delta.add, make_set(kPeers, {value(address_key("10.0.0.1"))}));
  expect_refused(delta, "add element inet portcullis ingress-v4 { 10.0.30.97 : jump in-gone }",
                 "No such file or directory");
}

TEST_F(Refusal, ElementThatIsThereAlready) {
  Ruleset before;
  add(before, make_set(kPeers, {value(address_key("10.0.0.1"))}));
  apply(before);
  const auto again =
      with_elements(kPeers, {value(address_key("10.0.0.2")), value(address_key("10.0.0.1"))});
  expect_refused(again, "add element inet portcullis peer-v4 { 10.0.0.1 }", "File exists");
}

TEST_F(Refusal, ElementThatIsNotThere) {
  apply(big_set(100));
  const SetSpec set = big_set(1).sets.at("peer-v4-big").spec;
  expect_refused(
      without_elements(set, {value(address_key("10.0.0.1")), value(address_key("10.9.0.1"))}),
      "delete element inet portcullis peer-v4-big { 10.9.0.1 }", "No such file or directory");
}

TEST_F(Refusal, RangeThatOverlaps) {
  auto delta = to_table(TableChange::kAdd);
  delta.add.sets[kBlocks.name] = {
      kBlocks, {range("10.0.0.0", "10.255.255.255"), range("10.1.0.0", "11.0.0.0")}};
  expect_refused(delta, "add element inet portcullis cidr-v4 { 10.1.0.0-11.0.0.0 }", "File exists");
}

TEST_F(Refusal, ChainThatIsStillReferredTo) {
  apply(dispatch({"10.0.0.1"}));
  expect_refused(without_chain("in-10.0.0.1"), "delete chain inet portcullis in-10.0.0.1",
                 "Device or resource busy");
}

TEST_F(Refusal, SetThatIsStillReferredTo) {
  apply(everything());
  expect_refused(without_set("peer-v4-1"), "delete set inet portcullis peer-v4-1",
                 "Device or resource busy");
}

TEST_F(Refusal, RuleThatLooksUpAMissingSet) {
  auto delta = with_chain({"c", {}, {}},
                          {{{InSet{{Field::kIp4Source}, "gone"}, Verdict{Verdict::Kind::kDrop}}}});
  delta.change = TableChange::kAdd;
  expect_refused(delta, "add rule inet portcullis c ip saddr @gone drop",
                 "No such file or directory");
}

TEST_F(Refusal, OperationsWithoutTheirTable) {
  expect_refused(to_table(TableChange::kDelete), "delete table inet portcullis",
                 "No such file or directory");
  expect_refused(with_chain({"c", {}, {}}), "add chain inet portcullis c",
                 "No such file or directory");
}

TEST_F(Refusal, SetAndChainThatAreThereAlready) {
  apply(everything());
  expect_refused(with_set(everything().sets.at("empty")),
                 "add set inet portcullis empty { type ipv4_addr; }", "File exists");
  expect_refused(with_chain(everything().chains.at("out-2").spec),
                 "add chain inet portcullis out-2", "File exists");
}

TEST_F(Refusal, TheFirstOfManyIsNamed) {
  auto delta = to_table(TableChange::kAdd);
  for (int i = 0; i < 2'000; ++i) delta.gone.sets.insert("gone-" + std::to_string(i));
  expect_refused(delta, "delete set inet portcullis gone-0", "No such file or directory");
}

// The kernel finds a loop only when it validates the whole transaction.
TEST_F(Refusal, LoopOfJumps) {
  const Rule look{{VerdictMap{{Field::kIp4Source}, kMap.name}}};
  auto delta = with_set({kMap, {jump("10.0.0.1", "a")}});
  delta.change = TableChange::kAdd;
  add(delta.add, make_chain("a", {look}));
  delta.add.chains["forward"] = {{"forward", BaseChain{}, {}}, {look}};
  EXPECT_THAT(refusal(delta), HasSubstr("Too many"));
  EXPECT_TRUE(dumped().empty());
}

TEST_F(Refusal, ConflictsAreToldFromOtherFailures) {
  const auto missing = kernel().commit(to_table(TableChange::kDelete));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kConflict);
}

TEST_F(Refusal, WhatTheFormatCannotHoldIsNotSent) {
  const auto too_long =
      kernel().commit(with_set({{std::string(256, 'n'), kPeers.key, false, false, ""}, {}}));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(too_long.error().message, HasSubstr("longer than 255 bytes"));
  EXPECT_THAT(refusal(with_chain({"c", {}, std::string(128, 'c')})),
              HasSubstr("longer than 127 bytes"));
  EXPECT_THAT(refusal(with_chain({"c", {}, {}}, {{{Foreign{"log"}}}})),
              HasSubstr("not one of ours"));
  EXPECT_TRUE(dumped().empty());
}

TEST_F(Refusal, WorksAfterwards) {
  refusal(to_table(TableChange::kDelete));
  apply(everything());
  EXPECT_TRUE(dumped() == everything());
}

}  // namespace
}  // namespace portcullis::test
