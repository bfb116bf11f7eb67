#include "daemon/host/node_name.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/netns/requirement.h"

namespace portcullis::node_name_test {
namespace {

using test::address;

Pod pod_at(const std::string& node, const std::string& host) {
  Pod pod;
  pod.key = {"default", "on-" + node};
  pod.phase = PodPhase::kRunning;
  pod.node_name = node;
  pod.node_addresses = std::vector<Address>{address(host)};
  return pod;
}

ClusterState cluster_of(const std::vector<Pod>& pods) {
  ClusterState cluster;
  for (const Pod& pod : pods) cluster.apply(to_event(std::make_shared<const Pod>(pod)));
  return cluster;
}

TEST(NodeName, IsTheOneThatPodsAtTheHostsAddressHave) {
  const auto cluster = cluster_of({pod_at("a", "192.0.2.1"), pod_at("b", "192.0.2.2")});
  EXPECT_EQ(other_node_name(cluster, "host", {address("192.0.2.2")}), "b");
  EXPECT_EQ(other_node_name(cluster, "host", {address("192.0.2.3")}), std::nullopt);
  EXPECT_EQ(other_node_name(cluster, "b", {address("192.0.2.2")}), std::nullopt);
}

TEST(NodeName, IsConfirmedByALivePodOfThisHost) {
  const std::vector<Address> host = {address("192.0.2.2")};
  EXPECT_TRUE(confirms_node_name(pod_at("a", "192.0.2.2"), "a", host));
  EXPECT_FALSE(confirms_node_name(pod_at("b", "192.0.2.2"), "a", host));
  EXPECT_FALSE(confirms_node_name(pod_at("a", "192.0.2.9"), "a", host)) << "of another host";
  auto unknown = pod_at("a", "192.0.2.2");
  unknown.node_addresses = std::vector<Address>{};
  EXPECT_TRUE(confirms_node_name(unknown, "a", host)) << "manifests need not have a hostIP";
  auto finished = pod_at("a", "192.0.2.2");
  finished.phase = PodPhase::kFailed;
  EXPECT_FALSE(confirms_node_name(finished, "a", host));
}

// Pods of a node that had the address before.
TEST(NodeName, FinishedPodsAndThoseWithoutANodeSayNothing) {
  auto finished = pod_at("old", "192.0.2.2");
  finished.phase = PodPhase::kSucceeded;
  EXPECT_EQ(other_node_name(cluster_of({finished, pod_at("", "192.0.2.2")}), "host",
                            {address("192.0.2.2")}),
            std::nullopt);
}

TEST(NodeName, TheDefaultIsTheHostNameInLowerCase) {
  std::string name;
  std::string error;
  std::thread([&] {
    constexpr std::string_view kName = "Node-7.Example";
    if (unshare(CLONE_NEWUTS) != 0 || sethostname(kName.data(), kName.size()) != 0) {
      error = std::strerror(errno);
    } else {
      name = default_node_name();
    }
  }).join();
  if (!error.empty()) SKIP_WITHOUT_NF_TABLES("cannot name a host: " + error);
  EXPECT_EQ(name, "node-7.example");
}

TEST(NodeName, LoopbackIsNoAddressOfAHost) {
  const auto addresses = host_addresses();
  EXPECT_TRUE(std::ranges::is_sorted(addresses));
  EXPECT_FALSE(std::ranges::binary_search(addresses, address("127.0.0.1")));
  EXPECT_FALSE(std::ranges::binary_search(addresses, address("::1")));
}

}  // namespace
}  // namespace portcullis::node_name_test
