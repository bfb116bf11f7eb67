#include "daemon/source/followed_log.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kRefused = "https://api: connection refused";

using std::chrono::seconds;

constexpr FollowedLog::Clock::time_point kStart{};

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
  EXPECT_EQ(log.take(followed("", "")).infos, Lines{"following namespaces again"});
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

TEST(FollowedLog, SaysAnotherReasonAfterAMinute) {
  FollowedLog log;
  log.take(followed("", kRefused), kStart);
  EXPECT_EQ(log.take(followed("", "403 Forbidden"), kStart + seconds(59)).warnings, Lines{});
  EXPECT_EQ(log.take(followed("", "403 Forbidden"), kStart + seconds(60)).warnings,
            Lines{"cannot follow pods, retrying: 403 Forbidden"});
  EXPECT_EQ(log.take(followed("", "403 Forbidden"), kStart + seconds(180)).warnings, Lines{});
  EXPECT_EQ(log.take(followed("", "401 Unauthorized"), kStart + seconds(181)).warnings,
            Lines{"cannot follow pods, retrying: 401 Unauthorized"});
  EXPECT_EQ(log.take(followed("", ""), kStart + seconds(182)).infos, Lines{"following pods again"});
}

// A reason may differ each time, by a version for example.
TEST(FollowedLog, SaysOnceAMinuteWhatComesAndGoes) {
  FollowedLog log;
  std::size_t warnings = 0;
  std::size_t infos = 0;
  for (int second = 0; second < 180; second += 2) {
    const auto now = kStart + seconds(second);
    warnings +=
        log.take(followed("", "410 Expired: " + std::to_string(second)), now).warnings.size();
    infos += log.take(followed("", ""), now + seconds(1)).infos.size();
  }
  EXPECT_EQ(warnings, 3U);
  EXPECT_EQ(infos, 3U);
}

}  // namespace
}  // namespace portcullis
