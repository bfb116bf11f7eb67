// The operations guide has every metric and every alert, and no others.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "daemon/serve/metrics.h"
#include "tests/docs/documents.h"

namespace portcullis::test {
namespace {

constexpr const char* kGuide = "docs/operations.md";
constexpr const char* kRules = "manifests/overlays/prometheus-operator/prometheusrule.yaml";
constexpr const char* kDashboard =
    "manifests/overlays/prometheus-operator/dashboard/portcullis.json";

// The first group of every match.
std::vector<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

std::set<std::string> unique(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

std::set<std::string> metrics() {
  Metrics metrics;
  metrics.mended("nft");
  Status status;
  status.followed = {{"pods", "", {}}};
  status.objects = {{"pods", {}}};
  return unique(
      all(metrics.text(status, {}, {{{"a", "ingress: shop/web"}, 1, 60}}), "# TYPE (\\S+)"));
}

std::string section(const std::string& title) {
  const auto guide = read_document(kGuide);
  const auto begin = guide.find("\n## " + title + "\n");
  return begin == guide.npos ? "" : guide.substr(begin, guide.find("\n## ", begin + 1) - begin);
}

TEST(OperationsGuide, HasTheMetricsThatThereAre) {
  EXPECT_EQ(unique(all(section("Metrics"), "`((?:portcullis|process)_[a-z_]+)")), metrics());
}

TEST(OperationsGuide, AndAlertsAndTheDashboardNameNoOthers) {
  const auto known = metrics();
  std::string text = read_document(kRules) + read_document(kDashboard);
  for (const auto& document : documents()) text += read_document(document);
  for (const auto& name : unique(all(text, "\\b(portcullis_[a-z_]+)"))) {
    const auto family = std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "");
    EXPECT_TRUE(known.contains(name) || known.contains(family)) << name;
  }
}

TEST(OperationsGuide, SaysWhatToDoAtEachAlert) {
  EXPECT_EQ(all(section("What to do at each alert"), "\n### (\\w+)"),
            all(read_document(kRules), "- alert: (\\w+)"));
}

}  // namespace
}  // namespace portcullis::test
