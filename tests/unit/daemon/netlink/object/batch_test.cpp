#include "daemon/netlink/object/batch.h"

#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/operation.h"
#include "daemon/netlink/table/encode_batch.h"
#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

std::vector<const nlmsghdr*> messages(const nl::Batch& batch) {
  std::vector<const nlmsghdr*> all;
  int left = static_cast<int>(batch.bytes().size());
  for (const auto* header = reinterpret_cast<const nlmsghdr*>(batch.bytes().data());
       mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
    all.push_back(header);
  }
  EXPECT_EQ(left, 0);
  return all;
}

std::uint16_t type_of(const nlmsghdr* header) { return header->nlmsg_type & 0xff; }

TEST(Batch, IsFramedAndNumbered) {
  const auto batch = nl::encode(diff({}, everything()), 1'000);
  ASSERT_TRUE(batch) << batch.error().message;
  const auto all = messages(*batch);
  EXPECT_EQ(all.front()->nlmsg_type, NFNL_MSG_BATCH_BEGIN);
  EXPECT_EQ(all.back()->nlmsg_type, NFNL_MSG_BATCH_END);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i]->nlmsg_seq, 1'000 + i);
  EXPECT_EQ(batch->end_sequence(), 1'000 + all.size());
}

TEST(Batch, OnlyTheLastOperationAsksForAnAnswer) {
  const auto batch = nl::encode(diff({}, everything()), 1);
  ASSERT_TRUE(batch);
  const auto all = messages(*batch);
  for (const nlmsghdr* header : all) {
    EXPECT_EQ((header->nlmsg_flags & NLM_F_ACK) != 0, header == all[all.size() - 2]);
  }
}

TEST(Batch, SequenceNumbersWrapAround) {
  const auto batch = nl::encode(diff({}, everything()), 0xfffffffe);
  ASSERT_TRUE(batch);
  ASSERT_NE(batch->find(1), nullptr);
  EXPECT_EQ(batch->header(*batch->find(1))->nlmsg_seq, 1U);
  EXPECT_EQ(batch->find(0xfffffffe), nullptr);
  EXPECT_EQ(batch->find(batch->end_sequence() - 1), nullptr);
}

TEST(Batch, ElementListsStayBelowTheLargestAttribute) {
  Ruleset ruleset = big_set(100'000);
  add(ruleset, everything().sets.at("port-2"));
  const auto delta = diff({}, ruleset);
  const auto batch = nl::encode(delta, 1);
  const auto all = operations(delta);
  ASSERT_TRUE(batch);
  std::size_t parts = 0;
  for (const nlmsghdr* header : messages(*batch)) {
    if (type_of(header) != NFT_MSG_NEWSETELEM) continue;
    EXPECT_LT(header->nlmsg_len, 65'536U);
    const auto* message = batch->find(header->nlmsg_seq);
    ASSERT_NE(message, nullptr);
    EXPECT_TRUE(std::holds_alternative<AddElements>(all[message->operation]));
    ++parts;
  }
  EXPECT_GT(parts, 20U);
}

TEST(Batch, LongestChainNamesFitToo) {
  std::vector<Element> jumps;
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    jumps.push_back({ElementKey().append(Address{Family::kIpv4, i}), {}, std::string(255, 'c')});
  }
  const SetSpec map{"m", {FieldType::kIpv4Addr}, false, true, ""};
  const auto batch = nl::encode(with_elements(map, jumps), 1);
  ASSERT_TRUE(batch);
  for (const nlmsghdr* header : messages(*batch)) EXPECT_LT(header->nlmsg_len, 65'536U);
}

TEST(Batch, NothingToDoIsNothingToSend) { EXPECT_TRUE(nl::encode(Delta(), 1)->empty()); }

}  // namespace
}  // namespace portcullis::test
