#include <gtest/gtest.h>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/golden/bytecode.h"
#include "tests/golden/golden_input.h"
#include "tests/golden/nft_tool.h"
#include "tests/support/netns/requirement.h"

namespace portcullis::test {

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

namespace {

class GoldenText : public ::testing::TestWithParam<Golden> {};

TEST_P(GoldenText, Ruleset) {
  expect_golden(GetParam().file(".nft"), print_nft(compile(GetParam())));
}

TEST_P(GoldenText, Bytes) {
  expect_golden(GetParam().file(".bytes"), canonical(encoded_text(compile(GetParam()))));
}

// Compares the golden with nft(8) and the kernel, in a new network namespace.
class GoldenLoaded : public ::testing::TestWithParam<Golden> {
 protected:
  void SetUp() override {
    auto created = NetworkNamespace::create();
    if (!created) SKIP_WITHOUT_NF_TABLES(created.error().message);
    inside_.emplace(std::move(*created));
    ruleset_ = compile(GetParam());
  }

  NftOutput nft(std::vector<std::string> arguments, const std::string& input = {}) {
    auto output = run_nft(*inside_, std::move(arguments), input);
    EXPECT_TRUE(output.ok()) << output.err;
    return output;
  }

  std::string list() { return nft({"-s", "list", "table", "inet", kTableName}).out; }

  void with_kernel(const std::function<void(nl::Kernel&)>& work) {
    inside_->run([&] {
      auto kernel = nl::Kernel::open();
      ASSERT_TRUE(kernel) << kernel.error().message;
      work(*kernel);
    });
  }

  std::optional<NetworkNamespace> inside_;
  Ruleset ruleset_;
};

TEST_P(GoldenLoaded, BytesAreThoseOfNft) {
  const std::string text = print_nft(ruleset_);
  const auto shown = nft({"--debug=netlink", "-c", "-f", "-"}, text);
  EXPECT_EQ(canonical(encoded_text(ruleset_)), canonical(shown.out));
}

TEST_P(GoldenLoaded, NftListsWhatItLoaded) {
  nft({"-f", "-"}, print_nft(ruleset_));
  EXPECT_EQ(list(), print_nft(ruleset_));
}

// nft(8) 1.0.6 does not read comments of sets and chains from JSON.
Ruleset without_comments(Ruleset ruleset) {
  for (auto& [name, set] : ruleset.sets) set.spec.comment.clear();
  for (auto& [name, chain] : ruleset.chains) chain.spec.comment.clear();
  return ruleset;
}

TEST_P(GoldenLoaded, JsonLoadsToTheSame) {
  nft({"-j", "-f", "-"}, print_json(ruleset_));
  EXPECT_EQ(list(), print_nft(without_comments(ruleset_)));
}

TEST_P(GoldenLoaded, NftListsWhatWeCommitted) {
  with_kernel([&](nl::Kernel& kernel) {
    const auto committed = kernel.commit(diff({}, ruleset_));
    ASSERT_TRUE(committed) << committed.error().message;
  });
  EXPECT_EQ(list(), print_nft(ruleset_));
}

TEST_P(GoldenLoaded, WhatNftLoadedIsWhatWeCompiled) {
  nft({"-f", "-"}, print_nft(ruleset_));
  with_kernel([&](nl::Kernel& kernel) {
    const auto snapshot = kernel.dump();
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    EXPECT_TRUE(snapshot->ruleset == ruleset_) << print_nft(snapshot->ruleset);
  });
}

std::string case_name(const ::testing::TestParamInfo<Golden>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenText, ::testing::ValuesIn(all_goldens()), case_name);
INSTANTIATE_TEST_SUITE_P(All, GoldenLoaded, ::testing::ValuesIn(all_goldens()), case_name);

}  // namespace
}  // namespace portcullis::test
