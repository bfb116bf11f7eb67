#include "tests/cluster/fabric.h"

#include <cstdlib>
#include <iostream>

#include "tests/support/process/child_process.h"

namespace portcullis::test {
namespace {

// `ip` with a batch of its commands.
void configure(const NetworkNamespace& network, const std::string& commands) {
  const auto done = run_to_end({{"ip", "-batch", "-"}, {}, &network, commands});
  if (done.code == 0) return;
  std::cerr << "ip: " << done.err << commands;
  std::abort();
}

std::string route(const DualStack& to, const DualStack& gateway) {
  return "route add " + to.v4 + " via " + gateway.v4 + "\nroute add " + to.v6 + " via " +
         gateway.v6 + "\n";
}

std::string routes_to_pods_of(int node) {
  return route(Fabric::pods_of(node), Fabric::address_of(node));
}

void connect(const NetworkNamespace& node, int number, const NetworkNamespace& world) {
  const auto port = "node-" + std::to_string(number);
  const auto address = Fabric::address_of(number);
  configure(node,
            "link set lo up\n"
            "link add eth0 type veth peer name " +
                port + " netns " + world.path() +
                "\n"
                "link set eth0 up\n"
                "address add " +
                address.v4 +
                "/24 dev eth0\n"
                "address add " +
                address.v6 + "/64 dev eth0 nodad\n" +
                route({"default", "::/0"}, {"10.10.0.1", "fd00:10:10::1"}));
  configure(world, "link set " + port + " up master nodes\n" + routes_to_pods_of(number));
}

}  // namespace

DualStack Fabric::address_of(int node) {
  const auto number = std::to_string(node);
  return {"10.10.0.1" + number, "fd00:10:10::1" + number};
}

DualStack Fabric::pods_of(int node) {
  const auto number = std::to_string(node);
  return {"10.244." + number + ".0/24", "fd00:10:244:" + number + "::/64"};
}

Result<Fabric> Fabric::create(bool with_routes) {
  auto world = NetworkNamespace::create();
  if (!world) return tl::make_unexpected(world.error());
  configure(*world,
            "link set lo up\n"
            "address add 203.0.113.1/32 dev lo\n"
            "address add 2001:db8::1/128 dev lo\n"
            "link add nodes type bridge\n"
            "link set nodes up\n"
            "address add 10.10.0.1/24 dev nodes\n"
            "address add fd00:10:10::1/64 dev nodes nodad\n");
  std::vector<NetworkNamespace> nodes;
  for (int number = 1; number <= kNodes; ++number) {
    auto node = NetworkNamespace::create();
    if (!node) return tl::make_unexpected(node.error());
    connect(*node, number, *world);
    for (int other = 1; with_routes && other <= kNodes; ++other) {
      if (other != number) configure(*node, routes_to_pods_of(other));
    }
    nodes.push_back(std::move(*node));
  }
  return Fabric(std::move(*world), std::move(nodes));
}

}  // namespace portcullis::test
