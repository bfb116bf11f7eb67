#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"
#include "tests/unit/daemon/netlink/table/samples.h"

namespace portcullis::test {
namespace {

class Interruption : public KernelTest {};

// Another process keeps committing one of two states. Whatever dump() returns is one of them.
TEST_F(Interruption, DumpIsOfOneGeneration) {
  const Ruleset a = dispatch({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  Ruleset b = dispatch({"10.0.0.3", "10.0.0.4"});
  add(b, everything().sets.at("cidr-v4-1"));
  apply(a);
  std::atomic<bool> stop = false;
  std::atomic<int> commits = 0;
  std::thread writer([&] {
    inside().run([&] {
      auto other = nl::Kernel::open();
      ASSERT_TRUE(other) << other.error().message;
      for (bool at_a = true; !stop; at_a = !at_a) {
        const auto committed = other->commit(at_a ? diff(a, b) : diff(b, a));
        ASSERT_TRUE(committed) << committed.error().message;
        ++commits;
      }
    });
  });
  int dumps = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while ((dumps < 50 || commits < 50) && std::chrono::steady_clock::now() < deadline) {
    const auto snapshot = kernel().dump();
    if (snapshot) {
      EXPECT_TRUE(snapshot->ruleset == a || snapshot->ruleset == b);
      ++dumps;
    } else {
      EXPECT_EQ(snapshot.error().code, ErrorCode::kInterrupted) << snapshot.error().message;
    }
  }
  stop = true;
  writer.join();
  EXPECT_GE(commits, 50);
  EXPECT_GE(dumps, 50);
}

TEST_F(Interruption, TwoSocketsDoNotMixUpAnswers) {
  apply(dispatch({"10.0.0.1"}));
  std::vector<std::thread> writers;
  for (int id = 0; id < 2; ++id) {
    writers.emplace_back([&, id] {
      inside().run([&] {
        auto own = nl::Kernel::open();
        ASSERT_TRUE(own);
        const std::string name = "chain-" + std::to_string(id);
        for (int i = 0; i < 50; ++i) {
          ASSERT_TRUE(own->commit(with_chain({name, {}, {}})));
          ASSERT_FALSE(own->commit(with_chain({name, {}, {}})));
          ASSERT_TRUE(own->commit(without_chain(name)));
        }
      });
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(dumped() == dispatch({"10.0.0.1"}));
}

}  // namespace
}  // namespace portcullis::test
