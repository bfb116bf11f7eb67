#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/kube/kube_server.h"
#include "tests/support/netns/requirement.h"

namespace portcullis::test {

// A real API server in a separate network namespace; the test is skipped if there is none.
class KubeApiServer : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  // With additional flags of kube-apiserver.
  void start(std::vector<std::string> flags) {
    flags.insert(flags.end(), kWithoutControllers.begin(), kWithoutControllers.end());
    const auto assets = find_kube_assets();
    if (!assets) GTEST_SKIP() << assets.error().message;
    auto network = NetworkNamespace::create();
    if (!network) SKIP_WITHOUT_NF_TABLES(network.error().message);
    network_.emplace(std::move(*network));
    network_->run(bring_loopback_up);
    server_.emplace(*assets, *network_, "127.0.0.1", flags);
    ASSERT_TRUE(server_->becomes_ready()) << server_->log();
  }

  // `kubectl apply -f`; a rejection fails the test.
  void apply(const std::string& file, const std::string& input = "") {
    const auto applied = server_->kubectl({"apply", "-f", file}, input);
    ASSERT_EQ(applied.code, 0) << applied.err;
  }

  std::optional<NetworkNamespace> network_;
  std::optional<KubeServer> server_;
};

}  // namespace portcullis::test
