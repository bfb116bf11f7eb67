#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/packet/fixture.h"

namespace portcullis::test {

// Packets that no socket would send or accept: an endpoint counts those that reach it.
class ArrivalsTest : public PacketTest {
 protected:
  // Counts what any of these nft(8) rules matches, in this endpoint before routing. Replaces the
  // previous rules.
  void count_arrivals(const std::string& endpoint, const std::vector<std::string>& matches);

  // The same of what is delivered to the endpoint itself.
  void count_deliveries(const std::string& endpoint, const std::vector<std::string>& matches);

  // The same of ARP packets, which are not routed.
  void count_arp_arrivals(const std::string& endpoint, const std::vector<std::string>& matches);

  // Whether the packet that `send` sends, which is counted there, arrives: either it does, or a
  // node drops it by one of our rules.
  bool arrives(const std::string& endpoint, const std::function<bool()>& send);

 private:
  void count(const std::string& endpoint, const std::string& family, const std::string& hook,
             const std::vector<std::string>& matches);
  std::size_t arrived(const std::string& endpoint);
  std::size_t dropped();  // on all nodes
};

}  // namespace portcullis::test
