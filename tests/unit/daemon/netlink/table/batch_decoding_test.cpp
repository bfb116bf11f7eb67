#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/decode_batch.h"
#include "daemon/netlink/table/encode_batch.h"
#include "tests/support/model/deltas.h"
#include "tests/support/sanitized.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const Delta& delta, std::uint32_t table_flags = 0) {
  const auto batch = nl::encode(delta, 0, table_flags);
  if (!batch) return {};
  return {batch->bytes().begin(), batch->bytes().end()};
}

// Names of the same length.
Bytes renamed(Bytes bytes, std::string_view from, std::string_view to) {
  for (auto at = bytes.begin();; std::copy(to.begin(), to.end(), at)) {
    at = std::search(at, bytes.end(), from.begin(), from.end());
    if (at == bytes.end()) return bytes;
  }
}

void expect_refused(const Bytes& bytes) {
  ASSERT_FALSE(bytes.empty());
  const auto decoded = nl::decode_batch(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidInput);
}

TEST(BatchDecoding, IsTheInverseOfEncoding) {
  for (const auto& ruleset : {Ruleset(), everything(), dispatch({"10.0.0.1", "10.0.0.2"}),
                              dispatch({}), big_set(50'000), bridge_table(), both_tables()}) {
    const auto decoded = nl::decode_batch(bytes_of(diff({}, ruleset)));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_TRUE(*decoded == ruleset);
  }
}

TEST(BatchDecoding, NothingIsNoBatch) { EXPECT_FALSE(nl::decode_batch({})); }

TEST(BatchDecoding, AnotherTableIsRefused) {
  expect_refused(renamed(bytes_of(diff({}, everything())), "portcullis", "portcullos"));
}

TEST(BatchDecoding, OneObjectOfAnotherTableIsRefused) {
  const auto bytes = bytes_of(diff({}, everything()));
  const std::string_view name = "portcullis";
  const auto end = bytes.end();
  int count = 0;
  for (auto at = bytes.begin();; ++at, ++count) {
    at = std::search(at, end, name.begin(), name.end());
    if (at == end) break;
    Bytes changed = bytes;
    changed[static_cast<std::size_t>(at - bytes.begin())] = 'q';
    expect_refused(changed);
  }
  EXPECT_GT(count, 20);
}

TEST(BatchDecoding, WhatRefersToNothingIsRefused) {
  const auto all = everything();
  auto lost = to_table(TableChange::kAdd);
  for (const auto& [name, set] : all.sets) {
    if (!set.elements.empty()) lost.elements[name] = {set.spec, false, {}, set.elements};
  }
  for (const auto& [name, chain] : all.chains) lost.rules[name] = chain.rules;
  expect_refused(bytes_of(lost));
}

// BATCH_BEGIN and BATCH_END are the same size; only the last message in between asks for an answer.
Bytes in_one_batch(const Delta& first, const Delta& second) {
  const auto begin = nl::encode(first, 0).value();
  const auto end = nl::encode(second, begin.last_operation_sequence()).value();
  constexpr std::ptrdiff_t kEdge = NLMSG_HDRLEN + sizeof(nfgenmsg);
  Bytes bytes(begin.bytes().begin(), begin.bytes().end() - kEdge);
  const auto last = begin.find(begin.last_operation_sequence())->offset;
  reinterpret_cast<nlmsghdr*>(bytes.data() + last)->nlmsg_flags &=
      static_cast<std::uint16_t>(~NLM_F_ACK);
  bytes.insert(bytes.end(), end.bytes().begin() + kEdge, end.bytes().end());
  return bytes;
}

TEST(BatchDecoding, MessagesThatMakeNoRulesetAreRefused) {
  for (const auto& more : {to_table(TableChange::kReplace), to_table(TableChange::kAdd),
                           without_set("empty"), with_rules("out-2", {}), without_chain("out-2"),
                           without_elements(everything().sets.at("peer-v4-1").spec,
                                            {value(address_key("10.0.0.1"))})}) {
    expect_refused(in_one_batch(diff({}, everything()), more));
  }
}

TEST(BatchDecoding, OtherFlagsOfTheTableAreRefused) {
  expect_refused(bytes_of(diff({}, everything()), 1));
}

// The attribute that has this value gets a type that libnftnl does not know.
Bytes without(Bytes bytes, std::string_view value) {
  const std::string text = std::string(value) + '\0';
  const auto at = std::search(bytes.begin(), bytes.end(), text.begin(), text.end());
  EXPECT_NE(at, bytes.end()) << value;
  *(at - 2) = 15;
  return bytes;
}

// libnftnl does not look whether they are there.
TEST(BatchDecoding, AMissingNameOfAnExpressionOrChainIsRefused) {
  const auto bytes = bytes_of(diff({}, everything()));
  for (const auto* name : {"meta", "payload", "cmp", "lookup", "immediate", "objref"}) {
    expect_refused(without(bytes, name));
  }
  Ruleset jumping = dispatch({"10.0.0.1"});
  jumping.chains["first"] = {{"first", {}, ""}, {}};
  jumping.chains["a-rule"] = {{"a-rule", {}, ""}, {{{Jump{"first", false}}}}};
  const auto jumps = bytes_of(diff({}, jumping));
  ASSERT_TRUE(nl::decode_batch(jumps));
  const Bytes verdict = {0xff, 0xff, 0xff, 0xfd};  // NFT_JUMP, before the chain's name
  int found = 0;
  for (auto at = jumps.begin();; ++at, ++found) {
    at = std::search(at, jumps.end(), verdict.begin(), verdict.end());
    if (at == jumps.end()) break;
    auto changed = jumps;
    changed[static_cast<std::size_t>(at - jumps.begin()) + 6] = 15;
    expect_refused(changed);
  }
  EXPECT_EQ(found, 2) << "of the element and of the rule";
}

TEST(BatchDecoding, AnyOtherLengthIsRefused) {
  const auto bytes = bytes_of(diff({}, everything()));
  for (std::size_t size = 0; size < bytes.size(); size += 4 * (kSanitized ? std::size_t{13} : 1)) {
    EXPECT_FALSE(nl::decode_batch(Bytes(bytes.begin(), bytes.begin() + static_cast<long>(size))));
  }
  Bytes longer = bytes;
  longer.resize(bytes.size() + 4);
  expect_refused(longer);
}

}  // namespace
}  // namespace portcullis::test
