#include <algorithm>
#include <csignal>
#include <map>

#include "compiler/ruleset/print.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/e2e/chaos_cluster.h"
#include "tests/e2e/chaos_run.h"
#include "tests/e2e/node.h"
#include "tests/e2e/permitted.h"
#include "tests/support/netns/requirement.h"
#include "tests/support/oracle/compile.h"
#include "tests/support/rig/command.h"

// kill -9 at random points of random edit sequences under traffic: whatever happens, a packet is
// judged by some state written since the last one that is known to have been in force.
namespace portcullis::test {
namespace {

constexpr std::size_t kCrowd = 2'000;

template <class Map>
bool has_all(const Map& actual, const Map& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& entry) {
    const auto found = actual.find(entry.first);
    return found != actual.end() && found->second == entry.second;
  });
}

// Other objects have no effect, since the hook's chain does not lead to them.
bool enforces(const Ruleset& actual, const Ruleset& wanted) {
  return has_all(actual.sets, wanted.sets) && has_all(actual.chains, wanted.chains);
}

template <class Map>
bool has_another(const Map& actual, const Map& besides, const Map& of) {
  return std::ranges::any_of(of, [&](const auto& entry) {
    return actual.contains(entry.first) && !besides.contains(entry.first);
  });
}

// The state of the kernel after a kill.
enum class Left : std::uint8_t { kOld, kOldAndPrepared, kNewAndStale, kNew, kNeither };

const char* to_string(Left left) {
  constexpr const char* kNames[] = {"before the commit", "after its first step",
                                    "before its last step", "after the commit", "half done"};
  return kNames[static_cast<std::size_t>(left)];
}

class EngineChaos : public Node, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    auto playground = Playground::build(chaos_topology());
    if (!playground) SKIP_WITHOUT_NF_TABLES(playground.error().message);
    playground_.emplace(std::move(*playground));
    const auto& node = playground_->endpoint(kChaosNode).netns;
    network_.emplace(std::move(node.another_handle().value()));
    // No entry must last until its port comes again, and there is room for those that do not.
    const auto set = set_sysctls(node, {{"net/netfilter/nf_conntrack_udp_timeout", "10"}});
    if (!set) GTEST_SKIP() << set.error().message;
    node.run([&] { kernel_.emplace(std::move(nl::Kernel::open().value())); });
    std::filesystem::create_directory(manifests_);
    cluster_.emplace(*playground_, kCrowd, run_.random);
    permitted_.emplace(Patrol::flows_of(*playground_, chaos_route()));
    write("crowd.yaml", cluster_->fixed_manifests());
    write_state("0: no policy");
  }

  unsigned any(unsigned below) { return run_.any(below); }

  void write_state(const std::string& name) {
    possible_.push_back(compile(cluster_->state(), kChaosNode));
    permitted_->may_become(cluster_->state(), name);
    write("cluster.yaml", cluster_->changing_manifests());
  }

  void edit() { write_state(cluster_->edit()); }

  void start() {
    start_daemon({"--table", GetParam(), "--listen", "off"});
    permitted_->note("start");
  }

  // In microseconds, so that each is as good as any other.
  void pause(unsigned most) {
    std::this_thread::sleep_for(std::chrono::microseconds(any(1 + most)));
  }

  // A moment after so many commits, if they come.
  void wait_for_commits(unsigned number) {
    const auto wanted = kernel_->generation().value() + number;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (kernel_->generation().value() < wanted && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    if (any(2) == 0) pause(2'000);
  }

  void kill_at_any_moment() {
    if (const auto commits = any(4); commits > 0) {
      wait_for_commits(commits);
    } else {
      pause(80'000);
    }
    stop_daemon(SIGKILL);
    const auto left = what_is_left();
    ++left_[left];
    permitted_->note(std::string("killed ") + to_string(left));
    if (left == Left::kNeither) {
      ADD_FAILURE() << "the kernel holds none of the states that were written since the last one "
                    << "in force:\n"
                    << print_nft(kernel_->dump().value().ruleset);
    }
  }

  Left what_is_left() {
    const auto actual = kernel_->dump().value().ruleset;
    const auto now = std::ranges::find_if(
        possible_, [&](const Ruleset& state) { return enforces(actual, state); });
    if (now == possible_.end()) return Left::kNeither;
    const auto& last = possible_.back();
    if (has_another(actual.sets, now->sets, last.sets) ||
        has_another(actual.chains, now->chains, last.chains)) {
      return Left::kOldAndPrepared;
    }
    if (now == possible_.begin() && possible_.size() > 1) return Left::kOld;
    return actual == *now ? Left::kNew : Left::kNewAndStale;
  }

  void wait_until_enforced() {
    ASSERT_TRUE(wait_until([&] {
      return enforces(kernel_->dump().value().ruleset, possible_.back());
    })) << daemon_->err();
    permitted_->is_last();
    possible_.erase(possible_.begin(), possible_.end() - 1);
  }

  void make_round() {
    for (auto left = 1 + any(3); left > 0; --left) {
      edit();
      if (left > 1) pause(60'000);
    }
    kill_at_any_moment();
    if (any(2) == 0) edit();
    start();
    while (any(3) == 0) {
      kill_at_any_moment();
      if (any(2) == 0) edit();
      start();
    }
    if (any(4) != 0) wait_until_enforced();
  }

  void tell() const {
    const auto count = permitted_->count();
    std::cout << "kills:";
    for (const auto& [left, number] : left_) {
      std::cout << ' ' << number << ' ' << to_string(left) << ',';
    }
    std::cout << " under " << patrol_->rounds() << " rounds of " << count.judged
              << " datagrams in all, of which " << count.must_pass << " had to pass and "
              << count.must_not << " had not" << std::endl;
  }

  ChaosRun run_;
  std::optional<Playground> playground_;
  std::optional<nl::Kernel> kernel_;  // only reads
  std::optional<ChaosCluster> cluster_;
  std::optional<Permitted> permitted_;
  std::vector<Ruleset> possible_;  // of the states since the last one that is known to be enforced
  std::map<Left, unsigned> left_;
  std::optional<Patrol> patrol_;  // last: it must end before what it reports to
};

INSTANTIATE_TEST_SUITE_P(Table, EngineChaos, testing::Values("owned", "shared"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(EngineChaos, EveryPacketIsJudgedByTheOldPolicyOrTheNew) {
  SCOPED_TRACE("PORTCULLIS_CHAOS_SEED=" + std::to_string(run_.seed));
  start();
  ASSERT_NO_FATAL_FAILURE(wait_until_enforced());
  patrol_.emplace(*playground_, chaos_route(),
                  [&](const Patrol::Round& round) { permitted_->judge(round); });
  for (auto left = ChaosRun::rounds(12); left > 0 && !HasFailure(); --left) {
    ASSERT_NO_FATAL_FAILURE(make_round());
  }
  ASSERT_NO_FATAL_FAILURE(wait_until_enforced());
  patrol_->stop();
  tell();
  EXPECT_TRUE(permitted_->complaints().empty()) << permitted_->complaints() << daemon_->err();
  EXPECT_EQ(patrol_->strays(), 0U);
  EXPECT_GT(permitted_->count().must_pass, 0U);
}

}  // namespace
}  // namespace portcullis::test
