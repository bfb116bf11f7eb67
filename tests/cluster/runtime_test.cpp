// containerd, as an NRI plugin meets it: a kubelet on a node of its own makes static pods. A
// pod's first container writes into a folder, so that the tests see when it starts. The cases are
// steps: each continues where the previous one has left the node.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/nri/plugin.h"
#include "tests/cluster/assets.h"
#include "tests/cluster/fabric.h"
#include "tests/cluster/lone_node.h"

namespace portcullis::test {
namespace {

using std::chrono::seconds;

class Runtime : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto assets = find_cluster_assets();
    auto fabric = Fabric::create(true);
    if (assets && fabric) {
      fabric_ = std::move(*fabric);
      node_ = std::make_unique<LoneNode>(*assets, *fabric_, LoneNode::Parts::kWithKubelet);
    } else {
      why_not_ = assets ? fabric.error().message : assets.error().message;
    }
  }

  static void TearDownTestSuite() {
    node_.reset();
    fabric_.reset();
  }

  void SetUp() override {
    if (!node_) SKIP_WITHOUT_CLUSTER(why_not_);
    plugin_ = std::make_unique<nri::Plugin>(
        io_, node_->socket(), nri::Timing{.answer = seconds(10)},
        nri::Sink{[this](const std::vector<nri::Sandbox>& all) { existing_ = all; },
                  [this](const nri::Sandbox& sandbox, nri::Sink::Answer answer) {
                    started_[sandbox.name] = {sandbox, std::move(answer)};
                  },
                  [this](const nri::Sandbox& sandbox) {
                    refused_.insert(sandbox.id);
                    return "portcullis: not yet";
                  },
                  [](const nri::Sandbox&) {},
                  [this](const nri::Sandbox& sandbox) { stopped_.insert(sandbox.name); },
                  [](const nri::Sandbox&) {}, [](const nri::State&) {}});
    ASSERT_TRUE(runs_until([&] { return state().status == nri::Status::kConnected; }));
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << state().text << '\n' << node_->logs();
  }

  bool runs_until(const std::function<bool()>& condition, seconds deadline = seconds(180)) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.run_one_for(std::chrono::milliseconds(10));
    }
    return condition();
  }

  const nri::State& state() const { return plugin_->state(); }

  struct Started {
    nri::Sandbox sandbox;
    nri::Sink::Answer answer;
  };

  static std::optional<Fabric> fabric_;
  static std::unique_ptr<LoneNode> node_;
  static std::string why_not_;

  boost::asio::io_context io_;
  std::unique_ptr<nri::Plugin> plugin_;
  std::vector<nri::Sandbox> existing_;
  std::map<std::string, Started> started_;  // by the pod's name
  std::set<std::string> refused_;           // by the sandbox's id
  std::set<std::string> stopped_;
};

std::optional<Fabric> Runtime::fabric_;
std::unique_ptr<LoneNode> Runtime::node_;
std::string Runtime::why_not_;

TEST_F(Runtime, WaitsForTheAnswerBeforeAContainerStarts) {
  node_->run("held", {{"app", "web"}, {"tier", "front"}});
  ASSERT_TRUE(runs_until([&] { return started_.contains("held-node-1"); }));
  const auto& [sandbox, answer] = started_.at("held-node-1");

  runs_until([] { return false; }, seconds(1));
  EXPECT_EQ(node_->output_of("held"), "");
  answer();
  ASSERT_TRUE(
      runs_until([&] { return node_->output_of("held").find("inet6") != std::string::npos; }));
  EXPECT_EQ(refused_, std::set<std::string>{});

  EXPECT_EQ(sandbox.ns, "shop");
  EXPECT_FALSE(sandbox.uid.empty());
  ASSERT_TRUE(sandbox.labels.contains("app"));
  EXPECT_EQ(sandbox.labels.at("app"), "web");
  EXPECT_TRUE(std::ranges::none_of(sandbox.labels, [](const auto& label) {
    return label.first.starts_with("io.kubernetes.") || label.first.starts_with("io.cri-");
  }));
  EXPECT_NE(sandbox.network_namespace.find("/netns/"), std::string::npos);
  EXPECT_EQ(sandbox.addresses.size(), 2U);
  for (const auto& address : sandbox.addresses) {
    EXPECT_NE(node_->output_of("held").find(' ' + to_string(address) + '/'), std::string::npos);
  }

  node_->remove("held");
  EXPECT_TRUE(runs_until([&] { return stopped_.contains("held-node-1"); }));
}

TEST_F(Runtime, UndoesWhatNobodyAnswersInTimeAndTriesAgain) {
  node_->run("late", {{"app", "late"}});
  ASSERT_TRUE(runs_until([&] { return !refused_.empty(); }));
  const auto first = *refused_.begin();
  EXPECT_EQ(node_->output_of("late"), "");
  EXPECT_EQ(state().status, nri::Status::kConnected);
  ASSERT_TRUE(runs_until([&] {
    return started_.contains("late-node-1") && started_.at("late-node-1").sandbox.id != first;
  }));
  EXPECT_EQ(node_->output_of("late"), "");
  started_.at("late-node-1").answer();
  EXPECT_TRUE(runs_until([&] { return node_->output_of("late") != ""; }));
  EXPECT_EQ(refused_.size(), 1U);
}

TEST_F(Runtime, TellsANewPluginOfTheSandboxesThatExist) {
  const auto late = std::ranges::find(existing_, "late-node-1", &nri::Sandbox::name);
  ASSERT_NE(late, existing_.end());
  EXPECT_EQ(late->addresses.size(), 2U);
}

TEST_F(Runtime, ConnectsAgainAfterARestart) {
  existing_.clear();
  node_->restart_runtime();
  ASSERT_TRUE(runs_until([&] { return state().status != nri::Status::kConnected; }));
  ASSERT_TRUE(runs_until([&] { return state().status == nri::Status::kConnected; }));
  EXPECT_TRUE(std::ranges::count(existing_, "late-node-1", &nri::Sandbox::name));
  node_->run("again", {{"app", "again"}});
  EXPECT_TRUE(runs_until([&] { return started_.contains("again-node-1"); }));
}

}  // namespace
}  // namespace portcullis::test
