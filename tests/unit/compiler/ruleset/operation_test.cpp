#include "compiler/ruleset/operation.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/deltas.h"

namespace portcullis::test::operation_test {
namespace {

const SetSpec kPeers{"peer-v4-1f", {FieldType::kIpv4Addr}, false, false, ""};
const SetSpec kIngress{"ingress-v4", {FieldType::kIpv4Addr}, false, true, ""};

Element element(std::string_view text, std::string jump = {}) {
  return {ElementKey().append(address(text)), {}, std::move(jump)};
}

TEST(Operation, OperationsPrintAsOneWouldGiveThemToNft) {
  struct Case {
    Operation operation;
    const char* text;
  };
  const Rule drop{{Counter{}, Verdict{}}};
  const std::string peers = kPeers.name;
  const ChainSpec chain{"in-1f", std::nullopt, ""};
  const std::vector<Element> two = {element("10.0.0.1"), element("10.0.0.2")};
  const std::vector<Element> jump = {element("10.0.0.1", "in-1f")};
  const Case cases[] = {
      {AddTable{}, "add table inet portcullis"},
      {DeleteTable{}, "delete table inet portcullis"},
      {AddSet{kPeers}, "add set inet portcullis peer-v4-1f { type ipv4_addr; }"},
      {AddSet{kIngress}, "add map inet portcullis ingress-v4 { type ipv4_addr : verdict; }"},
      {DeleteSet{peers}, "delete set inet portcullis peer-v4-1f"},
      {AddChain{chain}, "add chain inet portcullis in-1f"},
      {DeleteChain{chain.name}, "delete chain inet portcullis in-1f"},
      {AddRule{chain.name, drop}, "add rule inet portcullis in-1f counter drop"},
      {FlushChain{chain.name}, "flush chain inet portcullis in-1f"},
      {FlushSet{kPeers}, "flush set inet portcullis peer-v4-1f"},
      {FlushSet{kIngress}, "flush map inet portcullis ingress-v4"},
      {AddElements{kPeers, two}, "add element inet portcullis peer-v4-1f { 10.0.0.1, 10.0.0.2 }"},
      {AddElements{kIngress, jump},
       "add element inet portcullis ingress-v4 { 10.0.0.1 : jump in-1f }"},
      {DeleteElements{kPeers, std::span(two).first(1)},
       "delete element inet portcullis peer-v4-1f { 10.0.0.1 }"},
  };
  for (const auto& [operation, text] : cases) EXPECT_EQ(to_string(operation), text);
}

// A log line for 100,000 elements must not contain them all.
TEST(Operation, LongElementListIsCut) {
  const auto shown = [](std::size_t count) {
    const std::vector elements(count, element("1.1.1.1"));
    return to_string(AddElements{kPeers, elements});
  };
  const std::string eight =
      "1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1";
  const std::string add = "add element inet portcullis peer-v4-1f { ";
  EXPECT_EQ(shown(8), add + eight + " }");
  EXPECT_EQ(shown(1000), add + eight + ", and 992 more }");
}

TEST(Operation, IsOneLineEach) {
  auto delta = with_rules("forward", {});
  delta.change = TableChange::kAdd;
  EXPECT_EQ(to_string(delta), "add table inet portcullis\nflush chain inet portcullis forward\n");
  auto bridge = with_rules("bridge forward", {});
  bridge.bridge = TableChange::kDelete;
  EXPECT_EQ(to_string(bridge),
            "delete table bridge portcullis\nflush chain bridge portcullis forward\n");
  EXPECT_EQ(to_string(Delta()), "");
}

}  // namespace
}  // namespace portcullis::test::operation_test
