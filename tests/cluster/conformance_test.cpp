// Upstream's own tests of NetworkPolicy, in a cluster where Portcullis was installed as in the
// README.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>

#include "tests/cluster/real_cluster.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "localhost/agnhost:test";
constexpr int kFewestSpecs = 48;

// The names by which upstream's tests ask for the image of their pods.
std::vector<std::string> aliases(const std::string& programs) {
  std::vector<std::string> aliases;
  std::istringstream names(
      run_to_end({{programs + "/e2e.test", "--list-images"}, {}, nullptr, ""}).out);
  for (std::string name; std::getline(names, name);) {
    if (name.find("/e2e-test-images/agnhost:") == name.npos) continue;
    aliases.push_back(std::string(kImage) + '=' + name);
  }
  return aliases;
}

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Conformance, UpstreamsTestsOfNetworkPolicyPass) {
  const auto assets = find_cluster_assets();
  if (!assets) SKIP_WITHOUT_CLUSTER(assets.error().message);
  auto setup = cluster_setup();
  for (auto& alias : aliases(assets->programs)) setup.aliases.push_back(std::move(alias));
  const auto started = RealCluster::start(setup);
  ASSERT_TRUE(started) << started.error().message;
  const auto& cluster = **started;
  ASSERT_TRUE((*started)->becomes_ready()) << cluster.logs();
  const auto installed = cluster.install();
  ASSERT_TRUE(installed) << installed.error().message << cluster.logs();

  const auto report =
      fs::absolute("build/conformance") / (setup.cni + '-' + setup.proxy + '-' + setup.family);
  fs::remove_all(report);
  fs::create_directories(report);
  const auto log = report / "log.txt";
  const auto running = cluster.start_shell(
      "ginkgo --procs=4 --focus=Netpol --no-color --timeout=40m "
      "--junit-report=junit.xml --output-dir=" +
      report.string() + " " + assets->programs +
      "/e2e.test -- --provider=local --kubeconfig=$KUBECONFIG "
      "--kubectl-path=" +
      assets->programs + "/kubectl >" + log.string() + " 2>&1; echo $? >" +
      (report / "exit").string());
  EXPECT_TRUE(
      wait_until([&] { return !content(report / "exit").empty(); }, std::chrono::minutes(40)));
  const auto text = content(log);
  EXPECT_EQ(content(report / "exit"), "0\n") << text;
  std::smatch ran;
  ASSERT_TRUE(std::regex_search(text, ran, std::regex("Ran ([0-9]+) of"))) << text;
  EXPECT_GE(std::stoi(ran[1]), kFewestSpecs);
  EXPECT_FALSE(content(report / "junit.xml").empty());
  if (HasFailure()) std::cerr << cluster.logs();
}

}  // namespace
}  // namespace portcullis::test
