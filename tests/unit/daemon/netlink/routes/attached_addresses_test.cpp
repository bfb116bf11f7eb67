#include "daemon/netlink/routes/attached_addresses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::nl {
namespace {

using test::ChildSetup;
using test::NetworkNamespace;

using Texts = std::vector<std::string>;

// A node and two pods: each a network namespace.
class Attached : public testing::Test {
 protected:
  void SetUp() override {
    for (auto* place : {&node_, &pod_, &other_}) {
      auto made = NetworkNamespace::create();
      if (!made) GTEST_SKIP() << made.error().message;
      place->emplace(std::move(*made));
    }
    ip(*node_, "link set lo up");
  }

  void ip(const NetworkNamespace& where, const std::string& commands) {
    const auto done = run_to_end(ChildSetup{{"ip", "-batch", "-"}, {}, &where, commands + "\n"});
    ASSERT_EQ(done.code, 0) << commands << ": " << done.err;
  }

  // A veth of the node, called `name`, with eth0 of the pod at its other end.
  void wire(const NetworkNamespace& pod, const std::string& name) {
    ip(*node_, "link add " + name + " type veth peer name eth0 netns " + pod.path() +
                   "\nlink set " + name + " up");
    ip(pod, "link set lo up\nlink set eth0 up");
  }

  Texts among(const Texts& texts) {
    std::vector<Address> asked;
    for (const auto& text : texts) asked.push_back(*parse_address(text));
    Texts found;
    node_->run([&] {
      auto attached = AttachedAddresses::open();
      ASSERT_TRUE(attached) << attached.error().message;
      const auto seen = attached->among(asked);
      ASSERT_TRUE(seen) << seen.error().message;
      for (const auto& address : *seen) found.push_back(to_string(address));
    });
    return found;
  }

  std::optional<NetworkNamespace> node_;
  std::optional<NetworkNamespace> pod_;
  std::optional<NetworkNamespace> other_;
};

TEST_F(Attached, NothingToANodeWithoutPods) {
  ip(*node_, "address add 10.0.0.1/32 dev lo\nroute add 10.0.0.2/32 dev lo");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"}), Texts{});
}

TEST_F(Attached, WhatAnInterfaceBehindAVethHasAsLongAsThatIsThere) {
  wire(*pod_, "veth1");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0\naddress add fd00::1/64 dev eth0 nodad");
  ip(*pod_, "address add 10.0.0.7/32 dev lo");
  const Texts asked = {"10.0.0.1", "10.0.0.2", "10.0.0.7", "fd00::1", "fd00::2"};
  EXPECT_EQ(among(asked), (Texts{"10.0.0.1", "10.0.0.7", "fd00::1"}));
  ip(*pod_, "address del 10.0.0.7/32 dev lo");
  EXPECT_EQ(among(asked), (Texts{"10.0.0.1", "fd00::1"}));
  ip(*node_, "link del veth1");
  EXPECT_EQ(among(asked), Texts{});
}

TEST_F(Attached, WhatAPodBehindAPortOfABridgeHas) {
  ip(*node_, "link add cbr0 type bridge\nlink set cbr0 up");
  wire(*pod_, "veth1");
  wire(*other_, "veth2");
  ip(*node_, "link set veth1 master cbr0\nlink set veth2 master cbr0");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  ip(*other_, "address add 10.0.0.2/24 dev eth0");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2", "10.0.0.3"}), (Texts{"10.0.0.1", "10.0.0.2"}));
  ip(*node_, "link del veth2");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2"}), Texts{"10.0.0.1"});
}

// Like a virtual machine whose address no interface of its pod has.
TEST_F(Attached, WhatARouteThroughAVethLeadsTo) {
  wire(*pod_, "veth1");
  ip(*node_, "route add 10.0.0.1/32 dev veth1\nroute add fd00::1/128 dev veth1");
  ip(*node_, "route add blackhole 10.0.0.0/24\nroute add unreachable fd00::/64");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"}), (Texts{"10.0.0.1", "fd00::1"}));
  ip(*node_, "route del 10.0.0.1/32\nroute del fd00::1/128");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"}), Texts{});
}

// A node that is itself a container reaches the whole cluster through a veth.
TEST_F(Attached, NotWhatIsBehindAGatewayOrASubnet) {
  wire(*other_, "eth0");
  ip(*node_, "address add 172.18.0.2/16 dev eth0");
  ip(*node_, "route add default via 172.18.0.1\nroute add 10.0.0.1/32 via 172.18.0.3");
  ip(*node_, "route add 10.1.0.0/24 dev eth0");
  EXPECT_EQ(among({"10.0.0.1", "10.0.0.2", "10.1.0.1", "172.18.0.3"}), Texts{});
}

TEST_F(Attached, WhatAResolvedNeighborHasBehindAVethOrALearnedPort) {
  ip(*node_, "link add cbr0 type bridge\nlink set cbr0 up");
  wire(*pod_, "veth1");
  wire(*other_, "veth2");
  ip(*node_, "link set veth2 master cbr0");
  ip(*node_, "neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 nud permanent dev veth1");
  ip(*node_, "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 nud permanent dev cbr0");
  ip(*node_, "neigh add 10.0.0.3 nud failed dev veth1");
  const Texts asked = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
  EXPECT_EQ(among(asked), Texts{"10.0.0.1"}) << "no port has learned 02:00:00:00:00:02";
  const ChildSetup learn{
      {"bridge", "fdb", "add", "02:00:00:00:00:02", "dev", "veth2", "master", "static"},
      {},
      &*node_,
      ""};
  ASSERT_EQ(run_to_end(learn).code, 0);
  EXPECT_EQ(among(asked), (Texts{"10.0.0.1", "10.0.0.2"}));
  ip(*node_, "link del veth2");
  EXPECT_EQ(among(asked), Texts{"10.0.0.1"});
}

TEST_F(Attached, EvenToManyPodsThatComeAndGo) {
  wire(*pod_, "veth1");
  ip(*pod_, "address add 10.0.0.1/24 dev eth0");
  for (int i = 0; i < 20; ++i) {
    wire(*other_, "veth2");
    ip(*node_, "link del veth2");
    ASSERT_EQ(among({"10.0.0.1", "10.0.0.2"}), Texts{"10.0.0.1"});
  }
}

}  // namespace
}  // namespace portcullis::nl
