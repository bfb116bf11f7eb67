#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/support/netns/requirement.h"

namespace portcullis::test {

void KernelTest::SetUp() {
  auto created = NetworkNamespace::create();
  if (!created) SKIP_WITHOUT_NF_TABLES(created.error().message);
  inside_.emplace(std::move(*created));
  std::string failure;
  inside_->run([&] {
    auto opened = nl::Kernel::open();
    if (opened) {
      kernel_.emplace(std::move(*opened));
    } else {
      failure = opened.error().message;
    }
  });
  if (!kernel_) SKIP_WITHOUT_NF_TABLES(failure);
}

Ruleset KernelTest::dumped() {
  auto snapshot = kernel().dump();
  if (snapshot) return std::move(snapshot->ruleset);
  ADD_FAILURE() << snapshot.error().message;
  return {};
}

void KernelTest::apply(const Ruleset& ruleset) {
  const auto committed = kernel().commit(diff(dumped(), ruleset));
  if (!committed) ADD_FAILURE() << committed.error().message;
}

std::string KernelTest::refusal(const Delta& delta) {
  const auto committed = kernel().commit(delta);
  if (!committed) return committed.error().message;
  ADD_FAILURE() << "the kernel accepts it:\n" << to_string(delta);
  return {};
}

void KernelTest::load(const std::string& script) {
  const auto loaded = run_nft(inside(), {"-f", "-"}, script);
  ASSERT_TRUE(loaded.ok()) << loaded.err;
}

std::string KernelTest::list(const std::string& family) {
  const auto listed = run_nft(inside(), {"-s", "list", "table", family, "portcullis"});
  EXPECT_TRUE(listed.ok()) << listed.err;
  return listed.out;
}

}  // namespace portcullis::test
