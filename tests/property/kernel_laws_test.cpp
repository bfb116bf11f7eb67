// On the kernel's own nf_tables, in a network namespace.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>

#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "compiler/ruleset/steps.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/property/generators.h"
#include "tests/support/manifest/writer.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {
namespace {

class KernelLaws : public testing::Test {
 protected:
  void SetUp() override {
    auto created = NetworkNamespace::create();
    if (!created) SKIP_WITHOUT_NF_TABLES(created.error().message);
    inside_.emplace(std::move(*created));
    std::optional<Result<nl::Kernel>> opened;
    inside_->run([&] { opened = nl::Kernel::open(); });
    if (!*opened) SKIP_WITHOUT_NF_TABLES(opened->error().message);
    kernel_.emplace(std::move(**opened));
  }

  // Only in a property: both end it on failure.
  Ruleset held() {
    auto snapshot = kernel_->dump();
    if (!snapshot) RC_FAIL(snapshot.error().message);
    return std::move(snapshot->ruleset);
  }

  void assert_leads_to(const Ruleset& from, const Ruleset& to) {
    const auto todo = steps(diff(from, to));
    for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove}) {
      const auto committed = kernel_->commit(*step);
      if (!committed) RC_FAIL(committed.error().message);
    }
    const auto after = held();
    RC_ASSERT(print_nft(after) == print_nft(to));
    RC_ASSERT(after == to);
  }

 private:
  std::optional<NetworkNamespace> inside_;
  std::optional<nl::Kernel> kernel_;
};

TEST_F(KernelLaws, KernelHoldsWhatWasCommittedAndPrinted) {
  EXPECT_TRUE(rc::check([this] {
    const auto one = compile(any_cluster("one"), kNodes[0]);
    const auto other = compile(any_cluster("other"), kNodes[0]);
    assert_leads_to(held(), {});
    assert_leads_to({}, one);
    assert_leads_to(one, other);
  }));
}

TEST_F(KernelLaws, EveryStateFollowsEveryOther) {
  std::string from;  // is what the kernel holds, unless the last check ended in the middle
  EXPECT_TRUE(rc::check([&] {
    RC_LOG() << "# from\n" << from;
    const auto cluster = any_cluster("to");
    from = to_manifests(cluster);
    assert_leads_to(held(), compile(cluster, kNodes[1]));
  }));
}

}  // namespace
}  // namespace portcullis::test
