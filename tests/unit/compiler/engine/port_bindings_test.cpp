#include <gtest/gtest.h>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/print.h"
#include "compiler/ruleset/steps.h"
#include "compiler/verdict/evaluate.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/model/kernel_model.h"

// What the engine makes of the interfaces of its node.
namespace portcullis::test {
namespace {

PodPort port(int index, int network_namespace, std::vector<Address> addresses,
             const std::string& bridge = "") {
  return {index, "veth" + std::to_string(index), bridge, network_namespace, std::move(addresses)};
}

class PortBindingsTest : public testing::Test {
 protected:
  void apply(const std::vector<Event>& events) { hold(compiler_.apply({.events = events})); }
  void set_ports(PodPorts ports) { hold(compiler_.set_ports(std::move(ports))); }

  // The kernel's tables follow step by step, and are then as if made at once.
  void hold(Delta delta) {
    auto todo = steps(std::move(delta));
    for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove}) {
      const auto done = kernel_.apply(*step);
      ASSERT_TRUE(done) << done.error().message;
    }
    EXPECT_EQ(print_nft(kernel_.ruleset()), print_nft(compiler_.ruleset()));
    EXPECT_EQ(kernel_.tables(), tables_of(compiler_.ruleset()));
  }

  std::string elements(const std::string& set) const {
    const auto ruleset = compiler_.ruleset();
    const auto found = ruleset.sets.find(set);
    if (found == ruleset.sets.end()) return "no such set";
    std::string text;
    for (const auto& element : found->second.elements)
      text += (text.empty() ? "" : ", ") + to_string(element, found->second.spec);
    return text;
  }

  bool connects(const char* from, const char* to) const {
    const Connection connection{address(from), address(to), 6, 80};
    const bool passed = passes(compiler_.ruleset(), {connection.source, connection.destination,
                                                     connection.protocol, connection.port});
    EXPECT_EQ(evaluate(compiler_.cluster(), connection).allowed(), passed);
    return passed;
  }

  IncrementalCompiler compiler_{"n1", {}, {{cidr("192.0.2.0/24"), cidr("192.0.3.0/24")}}};
  KernelModel kernel_;
};

TEST_F(PortBindingsTest, WithoutPodsInterfacesThereAreNoObjectsForThem) {
  apply({pod("shop/web", "10.0.0.1")});
  const auto before = print_nft(compiler_.ruleset());
  set_ports({port(1, 0, {address("10.0.0.9")})});
  EXPECT_EQ(print_nft(compiler_.ruleset()), before);
}

TEST_F(PortBindingsTest, ComeAndGoWithEachInterface) {
  apply({pod("shop/web", "10.0.0.1 fd00::1"), pod("shop/db", "10.0.0.2")});
  const auto without = print_nft(compiler_.ruleset());
  const auto web = port(1, 0, {address("10.0.0.1")});
  const auto db = port(2, 1, {address("10.0.0.2")}, "br0");
  set_ports({web});
  EXPECT_EQ(elements("bound-v4"), "\"veth1\" . 10.0.0.1");
  EXPECT_EQ(elements("bound-v6"), "\"veth1\" . fd00::1");
  EXPECT_EQ(elements("bridge bound-v4"), "no such set");
  set_ports({web, db});
  EXPECT_EQ(elements("pod-interfaces"), "\"veth1\"");
  EXPECT_EQ(elements("bridge pod-interfaces"), "\"veth2\"");
  EXPECT_EQ(elements("bridge bound-v4"), "\"veth2\" . 10.0.0.2");
  set_ports({db});
  EXPECT_EQ(elements("bound-v4"), "no such set");
  set_ports({});
  EXPECT_EQ(print_nft(compiler_.ruleset()), without);
}

TEST_F(PortBindingsTest, FollowAddressesAndNotLabels) {
  set_ports({});
  apply({pod("shop/web", "10.0.0.1")});
  set_ports({port(1, 0, {address("10.0.0.1")}, "br0")});
  apply({pod("shop/web", "10.0.0.1 fd00::1")});
  EXPECT_EQ(elements("bridge bound-v6"), "\"veth1\" . fd00::1");
  const auto change =
      compiler_.apply({.events = {pod("shop/web", "10.0.0.1 fd00::1").labels("app=web")}});
  EXPECT_TRUE(change.empty());
  apply({removal_of(pod("shop/web", "10.0.0.1 fd00::1"))});
  EXPECT_EQ(elements("bridge bound-v4") + elements("bridge bound-v6"), "");
  EXPECT_EQ(elements("bridge pod-interfaces"), "\"veth1\"");
}

TEST_F(PortBindingsTest, SourcesAreAllowedToAllAsTheNodesOwnerSays) {
  apply({pod("shop/web", "10.0.0.1")});
  set_ports({port(1, 0, {address("10.0.0.1")})});
  const auto text = print_nft(compiler_.ruleset());
  EXPECT_NE(text.find("elements = { 192.0.2.0/23 }"), std::string::npos) << text;
}

TEST_F(PortBindingsTest, TunnelsAreDroppedUnlessPodsMaySendThem) {
  const auto chains_of = [](const BindingOptions& options) {
    IncrementalCompiler compiler("n1", {}, options);
    compiler.apply({.events = {pod("shop/web", "10.0.0.1"), pod("shop/db", "10.0.0.2")}});
    compiler.set_ports(
        {port(1, 0, {address("10.0.0.1")}), port(2, 1, {address("10.0.0.2")}, "br0")});
    return compiler.ruleset().chains;
  };
  const auto dropping = chains_of({});
  const auto allowing = chains_of({.allowed_sources = {}, .tunnels = true});
  for (const auto* chain : {"tunnels", "bridge tunnels"}) {
    EXPECT_TRUE(dropping.contains(chain)) << chain;
    EXPECT_FALSE(allowing.contains(chain)) << chain;
  }
}

TEST_F(PortBindingsTest, AreRecoveredFromTheKernelsRules) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/db", "10.0.0.2 fd00::2")});
  set_ports({port(1, 0, {address("10.0.0.1")}), port(2, 1, {address("10.0.0.2")}, "br0")});
  apply({removal_of(pod("shop/web", "10.0.0.1"))});
  const auto bound = bound_interfaces(compiler_.ruleset());
  EXPECT_EQ(bound,
            (BoundInterfaces{{"veth1", {}}, {"veth2", {address("10.0.0.2"), address("fd00::2")}}}));
  IncrementalCompiler next("n1");
  next.apply({.events = {pod("shop/db", "10.0.0.2 fd00::2")}});
  next.recover(bound);
  const auto address_less = [](int index, const char* bridge) {
    return PodPort{index, "veth" + std::to_string(index), bridge, index, {}};
  };
  next.set_ports({address_less(1, ""), address_less(2, "br0"), address_less(3, "")});
  EXPECT_EQ(bound_interfaces(next.ruleset()), bound);
}

TEST_F(PortBindingsTest, UnknownPodsAreClosedBeforeThereIsAny) {
  BindingOptions options;
  options.unknown_pods.interfaces = {"cali*", "calico7", "eth7"};
  options.unknown_pods.blocks = {cidr("10.0.0.0/24"), cidr("fd00::/64")};
  IncrementalCompiler compiler("n1", {}, options);
  KernelModel kernel;
  const auto follow = [&](Delta delta) {
    auto todo = steps(std::move(delta));
    for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove})
      ASSERT_TRUE(kernel.apply(*step));
    EXPECT_EQ(print_nft(kernel.ruleset()), print_nft(compiler.ruleset()));
  };
  follow(compiler.apply({}));
  const auto text = print_nft(compiler.ruleset());
  EXPECT_TRUE(enforces(compiler.ruleset(), {TableFamily::kBridge}));
  EXPECT_NE(text.find("elements = { \"cali*\",\n\t\t\t     \"eth7\" }"), std::string::npos) << text;
  EXPECT_NE(text.find("ip saddr . ip saddr != @self-v4 goto unknown"), std::string::npos) << text;
  follow(compiler.apply({.events = {pod("shop/web", "10.0.0.1")}}));
  follow(compiler.set_ports({port(1, 0, {address("10.0.0.1")})}));
  follow(compiler.set_ports({}));
  EXPECT_EQ(kernel.tables(), (std::vector{TableFamily::kInet, TableFamily::kBridge}));
}

TEST_F(PortBindingsTest, AnAddressBehindSeveralNamespacesIsClosed) {
  apply({pod("shop/web", "10.0.0.1"), pod("shop/client", "10.0.0.2")});
  const auto client = port(3, 2, {address("10.0.0.2")});
  set_ports({port(1, 0, {address("10.0.0.1")}), client});
  EXPECT_TRUE(connects("10.0.0.2", "10.0.0.1"));
  set_ports({port(1, 0, {address("10.0.0.1")}), port(2, 1, {address("10.0.0.1")}), client});
  EXPECT_FALSE(connects("10.0.0.2", "10.0.0.1"));
  EXPECT_FALSE(connects("10.0.0.1", "10.0.0.2"));
  apply({pod("shop/web", "10.0.0.1").labels("app=web")});
  EXPECT_FALSE(connects("10.0.0.2", "10.0.0.1"));
  hold(compiler_.release(std::vector{address("10.0.0.1")}));
  EXPECT_FALSE(connects("10.0.0.2", "10.0.0.1"));
  set_ports({port(2, 1, {address("10.0.0.1")}), client});
  EXPECT_TRUE(connects("10.0.0.2", "10.0.0.1"));
}

}  // namespace
}  // namespace portcullis::test
