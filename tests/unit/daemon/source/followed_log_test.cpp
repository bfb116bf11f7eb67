#include "daemon/source/followed_log.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kRefused = "https://api: connection refused";

std::vector<Following> followed(const std::string& namespaces, const std::string& pods) {
  return {{"namespaces", namespaces, {}}, {"pods", pods, {}}};
}

TEST(FollowedLog, SaysOnceWhatAllResourcesShare) {
  FollowedLog log;
  EXPECT_EQ(log.take(followed("", "")).warnings, Lines{});
  EXPECT_EQ(log.take(followed(kRefused, "")).warnings,
            Lines{std::string("cannot follow namespaces, retrying: ") + kRefused});
  EXPECT_EQ(log.take(followed(kRefused, kRefused)).warnings, Lines{});
  EXPECT_EQ(log.take(followed(kRefused, kRefused)).warnings, Lines{});
}

TEST(FollowedLog, SaysThatItIsOverWhenTheLastHasRecovered) {
  FollowedLog log;
  log.take(followed(kRefused, kRefused));
  const auto first = log.take(followed("", kRefused));
  EXPECT_EQ(first.infos, Lines{});
  EXPECT_EQ(first.warnings, Lines{});
  EXPECT_EQ(log.take(followed("", "")).infos, Lines{"following pods again"});
  EXPECT_EQ(log.take(followed("", "")).infos, Lines{});
}

// One that fails again while the others still do is not news.
TEST(FollowedLog, DoesNotRepeatAFailureThatComesAndGoes) {
  FollowedLog log;
  log.take(followed(kRefused, kRefused));
  log.take(followed("", kRefused));
  EXPECT_EQ(log.take(followed(kRefused, kRefused)).warnings, Lines{});
}

TEST(FollowedLog, SaysWhatIsOnlyOneResources) {
  FollowedLog log;
  EXPECT_EQ(log.take(followed(kRefused, "403 Forbidden")).warnings,
            (Lines{std::string("cannot follow namespaces, retrying: ") + kRefused,
                   "cannot follow pods, retrying: 403 Forbidden"}));
  EXPECT_EQ(log.take(followed("", "401 Unauthorized")).infos, Lines{"following namespaces again"});
  EXPECT_EQ(log.take(followed("", "")).infos, Lines{"following pods again"});
}

}  // namespace
}  // namespace portcullis
