#include "compiler/ruleset/transaction.h"

#include <gtest/gtest.h>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::test::transaction_test {
namespace {

const SetSpec kPeers{"peer-v4-1f", {FieldType::kIpv4Addr}, false, false, ""};
const SetSpec kIngress{"ingress-v4", {FieldType::kIpv4Addr}, false, true, ""};

Element element(std::string_view text, std::string jump = {}) {
  return {ElementKey().append(address(text)), {}, std::move(jump)};
}

TEST(Transaction, OperationsPrintAsOneWouldGiveThemToNft) {
  struct Case {
    Operation operation;
    const char* text;
  };
  const Rule drop{{Counter{}, Verdict{}}};
  const Case cases[] = {
      {AddTable{}, "add table inet portcullis"},
      {DeleteTable{}, "delete table inet portcullis"},
      {AddSet{kPeers}, "add set inet portcullis peer-v4-1f { type ipv4_addr; }"},
      {AddSet{kIngress}, "add map inet portcullis ingress-v4 { type ipv4_addr : verdict; }"},
      {DeleteSet{"peer-v4-1f"}, "delete set inet portcullis peer-v4-1f"},
      {AddChain{{"in-1f", std::nullopt, ""}}, "add chain inet portcullis in-1f"},
      {DeleteChain{"in-1f"}, "delete chain inet portcullis in-1f"},
      {AddRule{"in-1f", drop}, "add rule inet portcullis in-1f counter drop"},
      {FlushChain{"in-1f"}, "flush chain inet portcullis in-1f"},
      {AddElements{kPeers, {element("10.0.0.1"), element("10.0.0.2")}},
       "add element inet portcullis peer-v4-1f { 10.0.0.1, 10.0.0.2 }"},
      {AddElements{kIngress, {element("10.0.0.1", "in-1f")}},
       "add element inet portcullis ingress-v4 { 10.0.0.1 : jump in-1f }"},
      {DeleteElements{kPeers, {element("10.0.0.1")}},
       "delete element inet portcullis peer-v4-1f { 10.0.0.1 }"},
  };
  for (const auto& [operation, text] : cases) EXPECT_EQ(to_string(operation), text);
}

// A log line for 100,000 elements must not contain them all.
TEST(Transaction, LongElementListIsCut) {
  const auto shown = [](std::size_t count) {
    return to_string(AddElements{kPeers, std::vector(count, element("1.1.1.1"))});
  };
  const std::string eight =
      "1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1";
  const std::string add = "add element inet portcullis peer-v4-1f { ";
  EXPECT_EQ(shown(8), add + eight + " }");
  EXPECT_EQ(shown(1000), add + eight + ", and 992 more }");
}

TEST(Transaction, IsOneLineAnOperation) {
  EXPECT_EQ(to_string(Transaction{{AddTable{}, FlushChain{"forward"}}}),
            "add table inet portcullis\nflush chain inet portcullis forward\n");
  EXPECT_EQ(to_string(Transaction{}), "");
}

}  // namespace
}  // namespace portcullis::test::transaction_test
