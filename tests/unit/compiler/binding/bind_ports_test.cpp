#include "compiler/binding/bind_ports.h"

#include <gtest/gtest.h>

#include <sstream>

#include "compiler/engine/address_book.h"
#include "tests/support/model/cluster_builder.h"

namespace portcullis::test {
namespace {

constexpr const char* kNode = "n1";

PodPort port(int index, int network_namespace, const std::string& addresses) {
  PodPort port;
  port.index = index;
  port.interface = "veth" + std::to_string(index);
  port.network_namespace = network_namespace;
  std::istringstream words(addresses);
  for (std::string word; words >> word;) port.addresses.push_back(address(word));
  std::ranges::sort(port.addresses);
  return port;
}

// A node's pods, and what is known of their interfaces.
class Bind : public testing::Test {
 protected:
  void apply(const std::vector<Event>& events) {
    cluster_.apply({.events = events}, [&](const Change& change) {
      if (const auto* pod = std::get_if<ObjectChange<Pod>>(&change)) addresses_.apply(*pod);
    });
  }

  // "veth1 shop/web 10.0.0.1, veth2 closed", and what is contested.
  std::string bind(const PodPorts& ports) {
    bindings_ = bind_ports(ports, bindings_, claims_);
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    for (const auto& [index, bound] : bindings_.ports) {
      auto line =
          bound.interface + ' ' + (bound.pod.name.empty() ? "closed" : to_string(bound.pod));
      for (const auto& source : bound.sources) line += ' ' + to_string(source);
      add(line);
    }
    for (const auto& address : bindings_.contested) add(to_string(address) + " contested");
    return text;
  }

  void recall_from(const BoundInterfaces& interfaces, const PodPorts& ports) {
    bindings_ = recall(ports, interfaces, claims_);
  }

  ClusterState cluster_;
  AddressBook addresses_{kNode};
  const Claims claims_{
      [this](const Address& address) { return addresses_.holder(address).subject; },
      [this](const ObjectKey& key) {
        const auto found = cluster_.pods().find(key);
        const bool is_here = found != cluster_.pods().end() && has_own_address(*found->second) &&
                             found->second->is_local_to(kNode);
        return is_here ? found->second : nullptr;
      }};
  Bindings bindings_;
};

TEST_F(Bind, TheInterfaceOfAPodWithItsAddresses) {
  apply({pod("shop/web", "10.0.0.1 fd00::1"), pod("shop/db", "10.0.0.2")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1 fd00::1"), port(2, 1, "10.0.0.2")}),
            "veth1 shop/web 10.0.0.1 fd00::1, veth2 shop/db 10.0.0.2");
}

// The kernel may tell of one address before the other.
TEST_F(Bind, EveryAddressThatTheApiGivesToThePod) {
  apply({pod("shop/web", "10.0.0.1 fd00::1")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1 10.9.9.9")}), "veth1 shop/web 10.0.0.1 fd00::1");
}

TEST_F(Bind, NoInterfaceOfAnythingElse) {
  apply({pod("shop/far", "10.0.0.1").on("n2"), pod("shop/host", "10.0.0.2").host_network(),
         pod("shop/done", "10.0.0.3").phase(PodPhase::kSucceeded)});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.2"), port(3, 2, "10.0.0.3"),
                  port(4, 3, "10.0.0.4"), port(5, 4, "")}),
            "");
}

TEST_F(Bind, EveryInterfaceOfThePodsNamespace) {
  apply({pod("shop/web", "10.0.0.1")});
  EXPECT_EQ(bind({port(1, 7, "10.0.0.1 192.0.2.1"), port(2, 7, "10.0.0.1 192.0.2.1")}),
            "veth1 shop/web 10.0.0.1, veth2 shop/web 10.0.0.1");
}

TEST_F(Bind, StaysWhateverAddressesThePodTakesOrDrops) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/db", "10.0.0.2")});
  bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.2")});
  const std::string both = "veth1 shop/web 10.0.0.1, veth2 shop/db 10.0.0.2";
  EXPECT_EQ(bind({port(1, 0, ""), port(2, 1, "10.0.0.2")}), both);
  EXPECT_EQ(bind({port(1, 0, "10.0.0.2"), port(2, 1, "10.0.0.2")}), both);
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1 10.0.0.2"), port(2, 1, "10.0.0.2")}), both);
}

TEST_F(Bind, ClosesWhenItsPodIsGoneUntilAnotherHasTheAddress) {
  apply({pod("shop/web", "10.0.0.1")});
  bind({port(1, 0, "10.0.0.1")});
  apply({removal_of(pod("shop/web", "10.0.0.1"))});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1")}), "veth1 closed");
  EXPECT_EQ(bind({port(1, 0, "")}), "veth1 closed");
  apply({pod("shop/next", "10.0.0.1")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1")}), "veth1 shop/next 10.0.0.1");
  EXPECT_EQ(bind({}), "");
  EXPECT_EQ(bind({port(2, 0, "10.0.0.9")}), "");
}

TEST_F(Bind, FollowsThePodsAddresses) {
  apply({pod("shop/web", "10.0.0.1")});
  bind({port(1, 0, "10.0.0.1")});
  apply({pod("shop/web", "10.0.0.1 fd00::1")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1")}), "veth1 shop/web 10.0.0.1 fd00::1");
}

// As a namespace that was left behind and the one that replaced it.
TEST_F(Bind, AnAddressBehindTwoNamespacesIsContested) {
  apply({pod("shop/web", "10.0.0.1")});
  const PodPorts both = {port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1")};
  EXPECT_EQ(bind(both), "veth1 closed, veth2 closed, 10.0.0.1 contested");
  EXPECT_EQ(bind({port(2, 1, "10.0.0.1")}), "veth2 shop/web 10.0.0.1");
  EXPECT_EQ(bind(both), "veth1 closed, veth2 closed, 10.0.0.1 contested");
}

// Whoever takes another's address into its own namespace neither becomes it nor closes it.
TEST_F(Bind, AnAddressThatAPodTakesStaysItsOwners) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/thief", "10.0.0.2")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1 10.0.0.2")}),
            "veth1 shop/web 10.0.0.1, veth2 shop/thief 10.0.0.2");
}

TEST_F(Bind, ANamespaceWithTheAddressesOfSeveralPodsIsNone) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/db", "10.0.0.2")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1 10.0.0.2")}),
            "veth1 closed, 10.0.0.1 contested, 10.0.0.2 contested");
}

// Pods on several nodes, or several on this one, claim it: see subject_among().
TEST_F(Bind, NoAddressThatIsContestedAlready) {
  apply({pod("shop/web", "10.0.0.1 10.0.0.2"), pod("shop/other", "10.0.0.1")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1 10.0.0.2")}), "veth1 shop/web 10.0.0.2");
}

// As a StatefulSet's: the former one's namespace may be there for a while.
TEST_F(Bind, NoNamespaceOfAFormerPodOfTheName) {
  apply({pod("shop/db-0", "10.0.0.1").uid("1")});
  bind({port(1, 0, "10.0.0.1")});
  apply({pod("shop/db-0", "10.0.0.2").uid("2")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.2")}),
            "veth1 closed, veth2 shop/db-0 10.0.0.2");
}

TEST_F(Bind, NoNamespaceOfAPodThatHasLostItsAddressToANewerOne) {
  apply({pod("shop/web", "10.0.0.1").created_at(1)});
  bind({port(1, 0, "10.0.0.1")});
  apply({pod("shop/next", "10.0.0.1").created_at(2)});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1")}), "veth1 shop/next 10.0.0.1");
}

TEST_F(Bind, WhatWasAPodsIsNoOthersWhileItIsContested) {
  apply({pod("shop/web", "10.0.0.1")});
  bind({port(1, 0, "10.0.0.1")});
  const std::string contested = "veth1 closed, veth2 closed, 10.0.0.1 contested";
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1")}), contested);
  EXPECT_EQ(bind({port(1, 0, ""), port(2, 1, "10.0.0.1")}), contested);
  EXPECT_EQ(bind({port(1, 0, "")}), "veth1 shop/web 10.0.0.1");
}

TEST_F(Bind, RemembersAcrossARestartWhatTheKernelBound) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/thief", "10.0.0.2")});
  const PodPorts ports = {port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1"), port(3, 2, ""),
                          port(4, 3, "10.0.0.4")};
  recall_from({{"veth1", {address("10.0.0.1")}},
               {"veth2", {address("10.0.0.2")}},  // and took the other's since
               {"veth3", {address("10.0.0.3")}},  // of a pod that is gone
               {"veth9", {}}},
              ports);
  EXPECT_EQ(bind(ports), "veth1 shop/web 10.0.0.1, veth2 shop/thief 10.0.0.2, veth3 closed");
}

// The pod that had it is gone, and its namespace is not yet.
TEST_F(Bind, ForgetsWhoseAnAddressWasThatAnotherNamespaceHas) {
  apply({pod("shop/next", "10.0.0.1")});
  const PodPorts ports = {port(1, 0, ""), port(2, 1, "10.0.0.1")};
  recall_from({{"veth1", {address("10.0.0.1")}}}, ports);
  EXPECT_EQ(bind(ports), "veth1 closed, veth2 shop/next 10.0.0.1");
}

TEST_F(Bind, DoesNotDependOnTheOrderOfEvents) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/thief", "10.0.0.2")});
  // The thief has the address before its own is known.
  bind({port(1, 0, "10.0.0.1")});
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1")}),
            "veth1 closed, veth2 closed, 10.0.0.1 contested");
  EXPECT_EQ(bind({port(1, 0, "10.0.0.1"), port(2, 1, "10.0.0.1 10.0.0.2")}),
            "veth1 shop/web 10.0.0.1, veth2 shop/thief 10.0.0.2");
}

}  // namespace
}  // namespace portcullis::test
