#include <gmock/gmock.h>
#include <unistd.h>

#include "daemon/netlink/table/process_of_port.h"
#include "tests/support/model/deltas.h"
#include "tests/support/oracle/compile.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"

namespace portcullis::test {
namespace {

using nl::Ownership;
using nl::TableOwner;
using ::testing::HasSubstr;

class OwnedTable : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    owner_.emplace(open(Ownership::kOwned));
    if (!owner_->owns()) GTEST_SKIP() << "this kernel's owned tables go with their owner";
    const auto made = owner_->commit(diff({}, wanted_));
    ASSERT_TRUE(made) << made.error().message;
  }

  nl::Kernel open(Ownership ownership) {
    std::optional<Result<nl::Kernel>> opened;
    inside().run([&] { opened.emplace(nl::Kernel::open(ownership)); });
    return std::move(opened->value());
  }

  TableOwner owner_seen_by(nl::Kernel& kernel) {
    return kernel.dump().value().owner_of(TableFamily::kInet);
  }

  const Ruleset wanted_ = compile({}, "node");
  std::optional<nl::Kernel> owner_;
};

TEST_F(OwnedTable, OnlyItsOwnerMayChangeIt) {
  EXPECT_EQ(owner_seen_by(*owner_), TableOwner::kUs);
  EXPECT_EQ(owner_seen_by(kernel()), TableOwner::kOther);
  EXPECT_THAT(refusal(to_table(TableChange::kDelete)), HasSubstr("belongs to another process"));
  EXPECT_THAT(refusal(with_rules("forward", {})), HasSubstr("belongs to another process"));
  load("flush ruleset");
  EXPECT_EQ(dumped(), wanted_);
  const auto done = owner_->commit(to_table(TableChange::kDelete));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(owner_seen_by(kernel()), TableOwner::kNone);
}

TEST_F(OwnedTable, OutlivesItsOwnerAndCanBeTakenOver) {
  owner_.reset();
  EXPECT_EQ(dumped(), wanted_);
  EXPECT_EQ(owner_seen_by(kernel()), TableOwner::kOrphan);
  auto heir = open(Ownership::kOwned);
  const auto taken = heir.commit(to_table(TableChange::kAdd));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(owner_seen_by(heir), TableOwner::kUs);
  EXPECT_EQ(dumped(), wanted_);
  EXPECT_THAT(refusal(to_table(TableChange::kDelete)), HasSubstr("belongs to another process"));
}

TEST_F(OwnedTable, AnybodyMayChangeAnOrphan) {
  owner_.reset();
  const auto done = kernel().commit(with_rules("forward", {}));
  EXPECT_TRUE(done) << done.error().message;
}

TEST_F(OwnedTable, AskingWhetherItCanOwnLeavesNothing) {
  const auto before = kernel().generation().value();
  open(Ownership::kOwned);
  EXPECT_EQ(kernel().generation().value(), before);
}

TEST_F(OwnedTable, ItsOwnerIsNamed) {
  const auto port = kernel().dump().value().tables.at(0).owner_port;
  inside().run([&] {
    EXPECT_THAT(nl::process_of_port(port), HasSubstr("(process " + std::to_string(getpid()) + ")"));
    EXPECT_EQ(nl::process_of_port(4'294'967'295), "netlink port 4294967295");
  });
}

TEST_F(KernelTest, ATableOfASharedKernelIsShared) {
  apply(compile({}, "node"));
  EXPECT_FALSE(kernel().owns());
  EXPECT_EQ(kernel().dump().value().owner_of(TableFamily::kInet), TableOwner::kShared);
}

}  // namespace
}  // namespace portcullis::test
