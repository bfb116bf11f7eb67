#include "daemon/enforce/early_pods.h"

#include <gtest/gtest.h>

#include "compiler/cluster/address_owner.h"
#include "compiler/cluster/cluster_state.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

constexpr EarlyPods::Seconds kNow = 1'000;

nri::Sandbox sandbox(const std::string& id, const std::string& uid, const std::string& addresses) {
  nri::Sandbox sandbox{id, uid, "shop", "web", {{"app", "runtime"}}, "/run/netns/1", {}};
  for (const auto& pod : {pod("shop/web", addresses)}) sandbox.addresses = pod.value().addresses;
  return sandbox;
}

// As the API has it: pending, first without addresses.
PodBuilder web(const std::string& uid, const std::string& addresses = "") {
  return pod("shop/web", addresses)
      .uid(uid)
      .labels("app=api")
      .phase(PodPhase::kPending)
      .created_at(9);
}

class EarlyPodsTest : public testing::Test {
 protected:
  void report(const std::vector<Event>& events) { apply(early_.complete({.events = events})); }
  void report_all(const std::vector<Event>& pods) {
    apply(early_.complete({.lists = {{Kind::kPod, pods}}}));
  }
  void start(const nri::Sandbox& sandbox) {
    early_.started(sandbox, kNow);
    report({});
  }
  void end(const nri::Sandbox& sandbox) {
    early_.ended(sandbox);
    report({});
  }
  void synchronize(const std::vector<nri::Sandbox>& all) {
    early_.synchronized(all, kNow + 1);
    report({});
  }
  void apply(const Update& update) { cluster_.apply(update); }

  // "app=api 10.0.0.1 running", or "none".
  std::string known(const char* name = "shop/web") const {
    const auto found = cluster_.pods().find(key(name));
    if (found == cluster_.pods().end()) return "none";
    const auto& pod = *found->second;
    std::string text;
    for (const auto& [label, value] : pod.labels) text += label + '=' + value;
    for (const auto& address : pod.addresses) text += ' ' + to_string(address);
    return text + (pod.phase == PodPhase::kRunning ? " running" : " not running");
  }

  EarlyPods early_{"n1"};
  ClusterState cluster_;
};

TEST_F(EarlyPodsTest, AreEnforcedBeforeTheApiKnowsThem) {
  report_all({});
  start(sandbox("a", "1", "10.0.0.1 fd00::1"));
  EXPECT_EQ(known(), "app=runtime 10.0.0.1 fd00::1 running");
  report_all({});
  EXPECT_EQ(known(), "app=runtime 10.0.0.1 fd00::1 running");
  report_all({pod("shop/a", "10.0.0.8"), pod("shop/z", "10.0.0.9")});
  EXPECT_EQ(known(), "app=runtime 10.0.0.1 fd00::1 running");
  EXPECT_EQ(cluster_.pods().size(), 3U);
}

TEST_F(EarlyPodsTest, HaveTheLabelsThatTheApiKnows) {
  report_all({web("1")});
  start(sandbox("a", "1", "10.0.0.1"));
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");
  report({web("1").labels("app=new")});
  EXPECT_EQ(known(), "app=new 10.0.0.1 running");
}

TEST_F(EarlyPodsTest, AreWhatTheApiSaysOnceItKnowsTheirAddresses) {
  start(sandbox("a", "1", "10.0.0.1"));
  report({web("1", "10.0.0.1 fd00::1")});
  EXPECT_EQ(known(), "app=api 10.0.0.1 fd00::1 not running");
  report({web("1", "10.0.0.2")});
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");  // the other one was a former sandbox's
}

// As after a restart of the node.
TEST_F(EarlyPodsTest, HaveTheAddressesOfTheirSandboxAlone) {
  report_all({pod("shop/other", "10.0.0.1").uid("9"), web("1", "10.0.0.2")});
  auto other = sandbox("b", "9", "10.0.0.2");
  other.name = "other";
  start(other);
  start(sandbox("a", "1", "10.0.0.1"));
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");
  EXPECT_EQ(known("shop/other"), " 10.0.0.2 running");
}

TEST_F(EarlyPodsTest, AreNotAFormerPodOfTheirNameThatHadTheirAddress) {
  const auto former = web("1", "10.0.0.1").labels("app=old");
  for (const PodBuilder& event :
       {former, web("1", "10.0.0.1").phase(PodPhase::kFailed), web("1", "").host_network()}) {
    report_all({event});
    start(sandbox("b", "2", "10.0.0.1"));
    EXPECT_EQ(known(), "app=runtime 10.0.0.1 running");
    report({event});
    EXPECT_EQ(known(), "app=runtime 10.0.0.1 running");
    end(sandbox("b", "2", "10.0.0.1"));
  }
}

TEST_F(EarlyPodsTest, AreAPodOfTheirNameWithoutAUid) {
  report_all({web("")});
  start(sandbox("a", "1", "10.0.0.1"));
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");
}

TEST_F(EarlyPodsTest, AreGoneOnceTheApiSaysSo) {
  start(sandbox("a", "1", "10.0.0.1"));
  report({web("1")});
  report({removal_of(web("1"))});
  EXPECT_EQ(known(), "none");
  report_all({});
  EXPECT_EQ(known(), "none");
}

TEST_F(EarlyPodsTest, AreGoneFromAListOnceTheApiKnewThem) {
  start(sandbox("a", "1", "10.0.0.1"));
  report_all({web("1")});
  report_all({});
  EXPECT_EQ(known(), "none");
}

TEST_F(EarlyPodsTest, FinishAsTheApiSays) {
  start(sandbox("a", "1", "10.0.0.1"));
  report({web("1", "10.0.0.1").phase(PodPhase::kSucceeded)});
  EXPECT_EQ(known(), "app=api 10.0.0.1 not running");
}

// A StatefulSet's next pod has the name of the last, whose removal may be told later.
TEST_F(EarlyPodsTest, OutliveAFormerPodOfTheirName) {
  report_all({web("1", "10.0.0.9").labels("app=old")});
  start(sandbox("b", "2", "10.0.0.1"));
  EXPECT_EQ(known(), "app=runtime 10.0.0.1 running");
  report({removal_of(web("1"))});
  EXPECT_EQ(known(), "app=runtime 10.0.0.1 running");
  report({web("2")});
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");
}

TEST_F(EarlyPodsTest, EndWithTheirSandboxUnlessTheApiKnowsThem) {
  start(sandbox("a", "1", "10.0.0.1"));
  start(sandbox("b", "1", "10.0.0.2"));
  end(sandbox("a", "1", "10.0.0.1"));  // the former one
  EXPECT_EQ(known(), "app=runtime 10.0.0.2 running");
  end(sandbox("b", "1", "10.0.0.2"));
  EXPECT_EQ(known(), "none");
  start(sandbox("c", "1", "10.0.0.3"));
  report({web("1")});
  end(sandbox("c", "1", "10.0.0.3"));
  EXPECT_EQ(known(), "app=api not running");
}

TEST_F(EarlyPodsTest, AreThoseOfTheLastSynchronization) {
  start(sandbox("a", "1", "10.0.0.1"));
  synchronize({sandbox("b", "1", "10.0.0.2")});
  EXPECT_EQ(known(), "app=runtime 10.0.0.2 running");
  synchronize({});
  EXPECT_EQ(known(), "none");
}

TEST_F(EarlyPodsTest, SayNothingWithoutAddresses) {
  auto host = sandbox("a", "1", "10.0.0.1");
  host.network_namespace.clear();
  start(host);
  start(sandbox("b", "1", ""));
  synchronize({host});
  EXPECT_EQ(known(), "none");
}

// Its address may still be that of a pod which the API takes to be running.
TEST_F(EarlyPodsTest, HaveTheirAddressBeforeWhoHadItBefore) {
  report_all({pod("shop/old", "10.0.0.1").created_at(900)});
  start(sandbox("a", "1", "10.0.0.1"));
  const auto owners = address_owners(cluster_);
  EXPECT_EQ(owners.at(address("10.0.0.1")).pod->key, key("shop/web"));
}

// One report may have come after the runtime's words, and before they were taken.
TEST_F(EarlyPodsTest, AreWhatBothSayInTheEnd) {
  early_.started(sandbox("a", "1", "10.0.0.1"), kNow);
  report({web("1")});
  EXPECT_EQ(known(), "app=api 10.0.0.1 running");
  early_.ended(sandbox("a", "1", "10.0.0.1"));
  report({web("1").labels("app=new")});
  EXPECT_EQ(known(), "app=new not running");
}

TEST_F(EarlyPodsTest, LeavePodsOfOtherNodesAlone) {
  report_all({pod("shop/web", "10.0.0.7").on("n2").uid("7").labels("app=far")});
  EXPECT_EQ(known(), "app=far 10.0.0.7 running");
}

}  // namespace
}  // namespace portcullis::test
