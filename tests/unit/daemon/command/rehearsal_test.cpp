#include "daemon/command/rehearsal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "compiler/ruleset/diff.h"
#include "daemon/netlink/table/kernel.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis {
namespace {

// "ipv4_addr interval", "inet_proto . inet_service vmap".
std::set<std::string> kinds_of(const Ruleset& ruleset) {
  std::set<std::string> kinds;
  for (const auto& [name, set] : ruleset.sets) {
    std::string kind;
    for (const FieldType type : set.spec.key) {
      kind += (kind.empty() ? "" : " . ") + std::string(to_string(type));
    }
    kinds.insert(kind + (set.spec.interval ? " interval" : "") +
                 (set.spec.verdict_map ? " vmap" : ""));
  }
  return kinds;
}

bool has_part(const std::set<std::string>& kinds, const std::string& first,
              const std::string& second) {
  for (const auto& kind : kinds) {
    if (kind.find(first) != kind.npos && kind.find(second) != kind.npos) return true;
  }
  return false;
}

TEST(Rehearsal, NeedsAllThatARulesetCanNeed) {
  const auto kinds = kinds_of(rehearsed_ruleset());
  for (const char* family : {"ipv4_addr", "ipv6_addr"}) {
    EXPECT_TRUE(kinds.contains(family)) << "addresses: " << family;
    EXPECT_TRUE(kinds.contains(std::string(family) + " interval")) << "networks: " << family;
    EXPECT_TRUE(kinds.contains(std::string(family) + " vmap")) << "dispatch: " << family;
    EXPECT_TRUE(has_part(kinds, std::string(family) + " . ", "inet_service"))
        << "named ports of pods: " << family;
  }
  EXPECT_TRUE(has_part(kinds, "inet_service", "interval")) << "ranges of ports";
  EXPECT_TRUE(has_part(kinds, "inet_service", "vmap")) << "ports that divide the peers";
  EXPECT_TRUE(enforces(rehearsed_ruleset()));
  for (const auto* chain : {"prerouting", "unbound", "bridge prerouting", "bridge neighbor"}) {
    EXPECT_TRUE(rehearsed_ruleset().chains.contains(chain)) << chain;
  }
}

TEST(Rehearsal, TheKernelTakesItAndNothingIsThereAfterwards) {
  auto network = test::NetworkNamespace::create();
  if (!network) GTEST_SKIP() << network.error().message;
  network->run([] {
    auto kernel = nl::Kernel::open(nl::Ownership::kOwned);
    ASSERT_TRUE(kernel) << kernel.error().message;
    const auto before = kernel->generation();
    const auto rehearsed = kernel->rehearse(diff({}, rehearsed_ruleset()));
    EXPECT_TRUE(rehearsed) << rehearsed.error().message;
    EXPECT_TRUE(kernel->dump()->tables.empty());
    EXPECT_EQ(kernel->generation().value(), before.value());
  });
}

// Over a table in force, with packets.
TEST(Rehearsal, LeavesATableAsItIs) {
  auto network = test::NetworkNamespace::create();
  if (!network) GTEST_SKIP() << network.error().message;
  network->run([] {
    auto kernel = nl::Kernel::open();
    ASSERT_TRUE(kernel) << kernel.error().message;
    ASSERT_TRUE(kernel->commit(diff({}, rehearsed_ruleset())));
    const auto before = kernel->dump();
    EXPECT_TRUE(kernel->rehearse(replacement(rehearsed_ruleset(), before->families())));
    EXPECT_EQ(kernel->dump()->generation, before->generation);
    EXPECT_TRUE(kernel->dump()->ruleset == before->ruleset);
  });
}

TEST(Rehearsal, NamesWhatTheKernelRefuses) {
  auto network = test::NetworkNamespace::create();
  if (!network) GTEST_SKIP() << network.error().message;
  network->run([] {
    auto kernel = nl::Kernel::open();
    ASSERT_TRUE(kernel) << kernel.error().message;
    auto all = diff({}, rehearsed_ruleset());
    all.rules["nowhere"] = {Rule()};
    const auto rehearsed = kernel->rehearse(all);
    ASSERT_FALSE(rehearsed);
    EXPECT_NE(rehearsed.error().message.find("nowhere"), std::string::npos)
        << rehearsed.error().message;
  });
}

}  // namespace
}  // namespace portcullis
