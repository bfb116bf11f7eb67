// Checks the files for Prometheus with Prometheus' own tool, if PROMTOOL names it.
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>

#include "tests/e2e/node.h"

namespace portcullis::test {
namespace {

class Promtool : public Node {
 protected:
  void SetUp() override {
    const char* const program = std::getenv("PROMTOOL");
    if (program == nullptr) GTEST_SKIP() << "PROMTOOL is not set: see make e2e";
    program_ = program;
    Node::SetUp();
  }

  Finished promtool(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.begin(), program_);
    return run_to_end({arguments, {}, nullptr, input});
  }

  // The operator's object around Prometheus' own rule file.
  void write_rules() {
    const auto object =
        YAML::LoadFile("manifests/overlays/prometheus-operator/prometheusrule.yaml");
    write_file(directory_ / "rules.yaml", YAML::Dump(object["spec"]));
  }

 private:
  std::string program_;
};

TEST_F(Promtool, FindsNothingAmissWithTheMetrics) {
  write("web.yaml", pod_manifest("web", "10.0.0.1"));
  write("deny.yaml", deny_manifest("deny", "web"));
  start_and_wait_until_ready({"--table", "shared"});
  ASSERT_EQ(nft({"delete", "table", "inet", "portcullis"}).code, 0);
  ASSERT_TRUE(kernel_becomes_compiled());
  ASSERT_TRUE(wait_until([&] { return contains(get("/metrics").body, "culprit=\"nft\""); }));
  const auto metrics = get("/metrics").body;
  ASSERT_TRUE(contains(metrics, "portcullis_denied_packets_total{")) << metrics;
  const auto checked = promtool({"check", "metrics"}, metrics);
  EXPECT_EQ(checked.code, 0) << checked.err << metrics;
  EXPECT_EQ(checked.out + checked.err, "");
}

TEST_F(Promtool, TakesTheAlerts) {
  write_rules();
  const auto checked = promtool({"check", "rules", directory_ / "rules.yaml"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

TEST_F(Promtool, SeesEachAlertFireWhenItMustAndNotBefore) {
  write_rules();
  std::filesystem::copy("tests/e2e/alerts.yaml", directory_ / "alerts.yaml");
  const auto tested = promtool({"test", "rules", directory_ / "alerts.yaml"});
  EXPECT_EQ(tested.code, 0) << tested.out << tested.err;
}

}  // namespace
}  // namespace portcullis::test
