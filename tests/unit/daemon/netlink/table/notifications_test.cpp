#include "daemon/netlink/table/notifications.h"

#include <poll.h>

#include <cstdint>
#include <string>

#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

class NotificationsOfTheKernel : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    inside().run([&] {
      const auto listening = kernel().listen();
      ASSERT_TRUE(listening) << listening.error().message;
      fd_ = *listening;
    });
  }

  bool has_something_to_tell() const {
    pollfd descriptor{fd_, POLLIN, 0};
    return poll(&descriptor, 1, 0) == 1;
  }

  std::uint32_t generation() { return kernel().generation().value(); }

  int fd_ = -1;
};

TEST_F(NotificationsOfTheKernel, TellWhetherOurTableWasTouchedAndByWhom) {
  load("add table inet other; add chain inet other portcullis");
  load("add table ip portcullis");
  load("add table inet portcullis; add chain inet portcullis c");
  load("add chain inet other d; add chain inet portcullis d");
  EXPECT_TRUE(has_something_to_tell());
  const auto commits = kernel().foreign_commits();
  EXPECT_FALSE(commits.lost);
  ASSERT_EQ(commits.told.size(), 4U);
  const bool touched[] = {false, false, true, true};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(commits.told[i].touches_our_table, touched[i]) << i;
    EXPECT_EQ(commits.told[i].generation, generation() - 3 + i);
    EXPECT_TRUE(commits.told[i].author.starts_with("nft (process ")) << commits.told[i].author;
  }
  EXPECT_FALSE(has_something_to_tell());
  EXPECT_TRUE(kernel().foreign_commits().told.empty());
}

TEST_F(NotificationsOfTheKernel, TellOfOwnCommitsNothing) {
  apply(dispatch({"10.0.0.1"}));
  EXPECT_FALSE(has_something_to_tell());
  EXPECT_TRUE(kernel().foreign_commits().told.empty());
}

TEST_F(NotificationsOfTheKernel, AreReadInPartsWhereTheyAreMany) {
  constexpr int kCommits = nl::Notifications::kMostDatagrams + 50;
  load("add table inet other");
  inside().run([] {
    auto other = nl::Kernel::open();
    ASSERT_TRUE(other) << other.error().message;
    for (int i = 1; i < kCommits; ++i) {
      const TableChange in_turn[] = {TableChange::kAdd, TableChange::kDelete};
      ASSERT_TRUE(other->commit(to_table(in_turn[(i + 1) % 2])));
    }
  });
  const auto first = kernel().foreign_commits();
  EXPECT_LE(first.told.size(), static_cast<std::size_t>(nl::Notifications::kMostDatagrams));
  std::size_t told = first.told.size();
  std::uint32_t last = 0;
  while (has_something_to_tell()) {
    const auto more = kernel().foreign_commits();
    EXPECT_FALSE(more.lost);
    told += more.told.size();
    if (!more.told.empty()) last = more.told.back().generation;
  }
  EXPECT_EQ(told, static_cast<std::size_t>(kCommits));
  EXPECT_EQ(last, generation());
}

// Each rule takes room in the socket, and nobody reads.
TEST_F(NotificationsOfTheKernel, SayThatSomeAreLostWhereTheSocketOverflows) {
  std::string script = "add table inet other\nadd chain inet other c\n";
  for (int i = 0; i < 40'000; ++i) script += "add rule inet other c ip saddr 10.0.0.1 counter\n";
  load(script);
  bool lost = false;
  while (has_something_to_tell()) lost = kernel().foreign_commits().lost || lost;
  EXPECT_TRUE(lost);
}

}  // namespace
}  // namespace portcullis::test
