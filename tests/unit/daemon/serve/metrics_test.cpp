#include "daemon/serve/metrics.h"

#include <gtest/gtest.h>

#include <regex>

namespace portcullis {
namespace {

double value_of(const std::string& text, const std::string& metric) {
  const auto at = text.find("\n" + metric + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + metric.size() + 2));
}

TEST(Metrics, FollowTheStatus) {
  const Metrics metrics;
  Status status;
  const auto before = metrics.text(status, {}, {});
  EXPECT_EQ(value_of(before, "portcullis_ready"), 0);
  EXPECT_EQ(value_of(before, "portcullis_source_synced{resource=\"pods\"}"), 0);
  EXPECT_EQ(value_of(before, "portcullis_snapshot_failing"), 0);
  status.source_read = true;
  status.committed = true;
  status.problems = 3;
  status.not_enforced = 2;
  status.objects = {{"pods", {40, 1}}};
  status.unsaved = "no space";
  status.quarantined = 2;
  status.rejected_profiles = 2;
  const auto after = metrics.text(status, {.chains = 1, .sets = 2, .elements = 3}, {});
  EXPECT_EQ(value_of(after, "portcullis_ready"), 1);
  EXPECT_EQ(value_of(after, "portcullis_source_synced{resource=\"pods\"}"), 1);
  EXPECT_EQ(value_of(after, "portcullis_object_problems"), 3);
  EXPECT_EQ(value_of(after, "portcullis_policies_not_enforced"), 2);
  EXPECT_EQ(value_of(after, "portcullis_objects{resource=\"pods\"}"), 40);
  EXPECT_EQ(value_of(after, "portcullis_objects_rejected{resource=\"pods\"}"), 1);
  EXPECT_EQ(value_of(after, "portcullis_snapshot_failing"), 1);
  EXPECT_EQ(value_of(before, "portcullis_quarantined_addresses"), 0);
  EXPECT_EQ(value_of(after, "portcullis_quarantined_addresses"), 2);
  EXPECT_EQ(value_of(after, "portcullis_profiles_rejected"), 2);
  EXPECT_EQ(value_of(after, "portcullis_table_chains"), 1);
  EXPECT_EQ(value_of(after, "portcullis_table_sets"), 2);
  EXPECT_EQ(value_of(after, "portcullis_table_elements"), 3);
}

TEST(Metrics, TellWhatLeavesPodsOpen) {
  Status status;
  status.source_fault = "empty";
  status.node_name_fault = "wrong";
  status.never_read = {"a", "b"};
  status.unserved["admin socket"] = "taken";
  const auto text = Metrics().text(status, {}, {});
  EXPECT_EQ(value_of(text, "portcullis_source_doubted"), 1);
  EXPECT_EQ(value_of(text, "portcullis_node_name_wrong"), 1);
  EXPECT_EQ(value_of(text, "portcullis_bridge_unfiltered"), 0);
  EXPECT_EQ(value_of(text, "portcullis_bridge_table_missing"), 0);
  EXPECT_EQ(value_of(text, "portcullis_files_never_read"), 2);
  EXPECT_EQ(value_of(text, "portcullis_unserved{service=\"admin socket\"}"), 1);
  EXPECT_EQ(value_of(text, "portcullis_unserved{service=\"health port\"}"), 0);
}

TEST(Metrics, TellWhichResourceWasReadAtFirst) {
  Status status;
  status.followed = {{"pods", "403 Forbidden", {}, false}, {"namespaces", "", {}}};
  const auto text = Metrics().text(status, {}, {});
  EXPECT_EQ(value_of(text, "portcullis_source_synced{resource=\"pods\"}"), 0);
  EXPECT_EQ(value_of(text, "portcullis_source_synced{resource=\"namespaces\"}"), 1);
  EXPECT_EQ(value_of(text, "portcullis_source_synced{resource=\"networkpolicies\"}"), 0);
}

TEST(Metrics, TellWhichResourceIsStaleAndForHowLong) {
  Status status;
  const auto since = std::chrono::steady_clock::now() - std::chrono::seconds(90);
  status.followed = {{"pods", "403 Forbidden", since}, {"namespaces", "", {}}};
  const auto text = Metrics().text(status, {}, {});
  EXPECT_GE(value_of(text, "portcullis_source_stale_seconds{resource=\"pods\"}"), 90);
  EXPECT_EQ(value_of(text, "portcullis_source_stale_seconds{resource=\"namespaces\"}"), 0);
}

TEST(Metrics, CountChangesByResource) {
  Metrics metrics;
  for (const Change& change : {Change(ObjectChange<Pod>{}), Change(ObjectChange<Pod>{}),
                               Change(ObjectChange<NetworkPolicy>{})}) {
    metrics.count(change);
  }
  const auto text = metrics.text({}, {}, {});
  EXPECT_EQ(value_of(text, "portcullis_events_total{resource=\"pods\"}"), 2);
  EXPECT_EQ(value_of(text, "portcullis_events_total{resource=\"namespaces\"}"), 0);
  EXPECT_EQ(value_of(text, "portcullis_events_total{resource=\"networkpolicies\"}"), 1);
}

TEST(Metrics, MeasureCommits) {
  Metrics metrics;
  metrics.committed(std::chrono::microseconds(20));
  metrics.committed(std::chrono::seconds(2));
  metrics.enforced(std::chrono::milliseconds(3));
  metrics.failed();
  const auto text = metrics.text({}, {}, {});
  const std::string took = "portcullis_commit_duration_seconds";
  EXPECT_EQ(value_of(text, took + "_bucket{le=\"1e-05\"}"), 0);
  EXPECT_EQ(value_of(text, took + "_bucket{le=\"2.5e-05\"}"), 1);
  EXPECT_EQ(value_of(text, took + "_bucket{le=\"+Inf\"}"), 2);
  EXPECT_NEAR(value_of(text, took + "_sum"), 2.00002, 1e-9);
  EXPECT_EQ(value_of(text, "portcullis_event_to_commit_seconds_count"), 1);
  EXPECT_EQ(value_of(text, "portcullis_commit_failures_total"), 1);
}

// One series per program, however many processes of it there were.
TEST(Metrics, CountRepairsByProgram) {
  Metrics metrics;
  metrics.mended("nft (process 4711)");
  metrics.mended("nft (process 4712)");
  metrics.mended("somebody");
  const auto text = metrics.text({}, {}, {});
  EXPECT_EQ(value_of(text, "portcullis_repairs_total{culprit=\"nft\"}"), 2);
  EXPECT_EQ(value_of(text, "portcullis_repairs_total{culprit=\"somebody\"}"), 1);
}

TEST(Metrics, TellWhatPoliciesDenied) {
  const std::vector<nl::CounterValue> denied = {{{"a", "ingress: shop/web, shop/all"}, 2, 120},
                                                {{"b", "egress: shop/web"}, 1, 60},
                                                {{"c", "egress: shop/web"}, 3, 180}};
  const auto text = Metrics().text({}, {}, denied);
  const std::string web = R"({direction="ingress",policies="shop/web, shop/all"})";
  EXPECT_EQ(value_of(text, "portcullis_denied_packets_total" + web), 2);
  EXPECT_EQ(value_of(text, "portcullis_denied_bytes_total" + web), 120);
  const std::string same = R"({direction="egress",policies="shop/web"})";
  EXPECT_EQ(value_of(text, "portcullis_denied_packets_total" + same), 4);
}

TEST(Metrics, TellOfTheProcess) {
  const auto text = Metrics().text({}, {}, {});
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value_of(text, "process_open_fds"), 2);
  EXPECT_GT(value_of(text, "process_start_time_seconds"), 1e9);
  EXPECT_GT(value_of(text, "process_cpu_seconds_total"), 0);
  EXPECT_TRUE(
      std::regex_search(text, std::regex("\nportcullis_build_info\\{version=\"[0-9.]+\"\\} 1")));
}

TEST(Metrics, EachHasAHelpAndAType) {
  Metrics metrics;
  metrics.mended("nft");
  Status status;
  status.followed = {{"pods", "", {}}};
  status.objects = {{"pods", {}}};
  std::istringstream lines(metrics.text(status, {}, {}));
  std::string help;
  std::string type;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex("# HELP ([a-z_]+) .+\\."))) help = match[1];
    if (std::regex_match(line, match, std::regex("# TYPE ([a-z_]+) (gauge|counter|histogram)"))) {
      type = match[1];
    }
    if (line.front() == '#') continue;
    EXPECT_EQ(help, type) << line;
    EXPECT_TRUE(line.starts_with(type)) << line;
  }
  EXPECT_FALSE(type.empty());
}

}  // namespace
}  // namespace portcullis
