#include "daemon/host/host_check.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/model/cluster_builder.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::host_check_test {
namespace {

using test::address;

std::shared_ptr<const Pod> pod(const std::string& name, const std::string& node,
                               const std::string& host) {
  Pod made;
  made.key = {"default", name};
  made.phase = PodPhase::kRunning;
  made.node_name = node;
  made.node_addresses = std::vector<Address>{address(host)};
  made.addresses = {address("10.1.0.1"), address("fd00:1::1")};
  return std::make_shared<const Pod>(made);
}

// In a network namespace with a bridge for pods of 10.1.0.0/24 and fd00:1::/64, and a host's
// address.
class Host : public testing::Test {
 protected:
  void SetUp() override {
    auto network = test::NetworkNamespace::create();
    if (!network) GTEST_SKIP() << network.error().message;
    network_.emplace(std::move(*network));
    network_->run([] {
      ASSERT_EQ(std::system("ip link add cni0 type bridge && ip link set cni0 up && "
                            "ip address add 10.1.0.254/24 dev cni0 && "
                            "ip -6 address add fd00:1::fe/64 dev cni0 nodad && "
                            "ip address add 198.51.100.7/32 dev lo && ip link set lo up"),
                0);
    });
  }

  std::string fault(const std::vector<std::string>& pods, const std::string& calls,
                    const std::string& calls6) const {
    std::vector<Address> addresses;
    for (const auto& each : pods) addresses.push_back(address(each));
    std::string fault;
    network_->run([&] {
      std::ofstream("/proc/sys/net/bridge/bridge-nf-call-iptables") << calls;
      std::ofstream("/proc/sys/net/bridge/bridge-nf-call-ip6tables") << calls6;
      fault = bridge_fault(addresses);
    });
    return fault;
  }

  HostFaults look(const HostCheck& check, const ClusterState& cluster) const {
    HostFaults faults;
    network_->run([&] { faults = check.look(cluster); });
    return faults;
  }

  std::optional<test::NetworkNamespace> network_;
};

TEST_F(Host, FiltersPodsOnABridgeOrSaysSo) {
  if (!std::ifstream("/proc/sys/net/bridge/bridge-nf-call-iptables")) {
    GTEST_SKIP() << "br_netfilter is not loaded";
  }
  EXPECT_EQ(fault({"10.1.0.1", "fd00:1::1"}, "1", "1"), "");
  EXPECT_NE(fault({"10.1.0.1"}, "0", "1").find("bridge-nf-call-iptables to 1"), std::string::npos);
  EXPECT_NE(fault({"10.1.0.1", "fd00:1::1"}, "1", "0").find("bridge-nf-call-ip6tables to 1"),
            std::string::npos);
  EXPECT_NE(fault({"10.1.0.1"}, "1", "0").find("bridge-nf-call-ip6tables to 1"), std::string::npos)
      << "the pod also has a link-local address";
}

TEST_F(Host, NeedsNoBridgeFilterForPodsElsewhere) {
  EXPECT_EQ(fault({"10.2.0.1", "fd00:2::1", "198.51.100.7"}, "0", "0"), "");
  EXPECT_EQ(fault({}, "0", "0"), "");
}

TEST_F(Host, IsKnownByAnotherNameUntilAPodCarriesOurs) {
  HostCheck check("ours");
  ClusterState cluster;
  const auto tell = [&](const Event& event) {
    cluster.apply({.events = {event}}, [&](const Change& change) { check.note(change); });
  };
  tell(to_event(pod("far", "far", "198.51.100.8")));
  EXPECT_EQ(look(check, cluster).node_name, "");
  tell(to_event(pod("here", "theirs", "198.51.100.7")));
  EXPECT_NE(look(check, cluster).node_name.find("set --node-name theirs"), std::string::npos);
  tell(to_event(pod("own", "ours", "198.51.100.7")));
  EXPECT_EQ(look(check, cluster).node_name, "");
  tell(removal_of(to_event(pod("own", "ours", "198.51.100.7"))));
  EXPECT_NE(look(check, cluster).node_name, "");
  tell(removal_of(to_event(pod("here", "theirs", "198.51.100.7"))));
  EXPECT_EQ(look(check, cluster).node_name, "");
}

}  // namespace
}  // namespace portcullis::host_check_test
