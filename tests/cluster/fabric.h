#pragma once

#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

// One of each family.
struct DualStack {
  std::string v4;
  std::string v6;
};

// The networks of a cluster of two nodes, which are numbered from 1:
//
//     node-1: eth0 10.10.0.11, fd00:10:10::11 --+-- world: 10.10.0.1, fd00:10:10::1
//     node-2: eth0 10.10.0.12, fd00:10:10::12 --'          203.0.113.1, 2001:db8::1
//
// The world is a bridge between them, and their default gateway. It routes to the pods of node N,
// 10.244.N.0/24 and fd00:10:244:N::/64. Thread safe.
class Fabric {
 public:
  static constexpr int kNodes = 2;

  static DualStack address_of_world() { return {"203.0.113.1", "2001:db8::1"}; }
  static DualStack address_of(int node);
  static DualStack pods() { return {"10.244.0.0/16", "fd00:10:244::/56"}; }
  static DualStack pods_of(int node);

  // `with_routes`: nodes route to each other's pods, too. Else, a CNI plugin has to. Fails as
  // NetworkNamespace does.
  [[nodiscard]] static Result<Fabric> create(bool with_routes);

  const NetworkNamespace& node(int number) const { return nodes_.at(number - 1U); }
  const NetworkNamespace& world() const { return world_; }

 private:
  Fabric(NetworkNamespace world, std::vector<NetworkNamespace> nodes)
      : world_(std::move(world)), nodes_(std::move(nodes)) {}

  NetworkNamespace world_;
  std::vector<NetworkNamespace> nodes_;
};

}  // namespace portcullis::test
