#include "daemon/metrics.h"

#include <gtest/gtest.h>

#include <regex>

namespace portcullis {
namespace {

double value_of(const std::string& text, const std::string& metric) {
  const auto at = text.find("\n" + metric + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + metric.size() + 2));
}

TEST(Metrics, FollowTheStatus) {
  Status status;
  const auto before = metrics(status);
  EXPECT_EQ(value_of(before, "portcullis_ready"), 0);
  EXPECT_EQ(value_of(before, "portcullis_source_synced"), 0);
  EXPECT_EQ(value_of(before, "portcullis_snapshot_failing"), 0);
  status.source_read = true;
  status.committed = true;
  status.problems = 3;
  status.unsaved = "no space";
  const auto after = metrics(status);
  EXPECT_EQ(value_of(after, "portcullis_ready"), 1);
  EXPECT_EQ(value_of(after, "portcullis_source_synced"), 1);
  EXPECT_EQ(value_of(after, "portcullis_object_problems"), 3);
  EXPECT_EQ(value_of(after, "portcullis_snapshot_failing"), 1);
}

TEST(Metrics, TellWhichResourceIsStaleAndForHowLong) {
  Status status;
  const auto since = std::chrono::steady_clock::now() - std::chrono::seconds(90);
  status.followed = {{"pods", "403 Forbidden", since}, {"namespaces", "", {}}};
  const auto text = metrics(status);
  EXPECT_GE(value_of(text, "portcullis_source_stale_seconds{resource=\"pods\"}"), 90);
  EXPECT_EQ(value_of(text, "portcullis_source_stale_seconds{resource=\"namespaces\"}"), 0);
}

TEST(Metrics, EachHasAHelpAndAType) {
  Status status;
  status.followed = {{"pods", "", {}}};
  std::istringstream lines(metrics(status));
  std::string help;
  std::string type;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex("# HELP ([a-z_]+) .+\\."))) help = match[1];
    if (std::regex_match(line, match, std::regex("# TYPE ([a-z_]+) gauge"))) type = match[1];
    if (line.front() == '#') continue;
    ASSERT_TRUE(std::regex_search(line, match, std::regex("^[a-z_]+"))) << line;
    EXPECT_EQ(match[0], help);
    EXPECT_EQ(match[0], type);
  }
  EXPECT_FALSE(type.empty());
}

}  // namespace
}  // namespace portcullis
