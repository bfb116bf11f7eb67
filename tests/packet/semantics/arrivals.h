#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/packet/fixture.h"

namespace portcullis::test {

// Packets that no socket would send or take: an endpoint counts those that reach it.
class ArrivalsTest : public PacketTest {
 protected:
  // What any of these rules of nft(8) matches, in this endpoint and before it routes, in place of
  // what it counted before.
  void count_arrivals(const std::string& endpoint, const std::vector<std::string>& matches);

  // Whether what `send` sends, one packet that is counted there, arrives: either it does, or a node
  // drops it by one of our rules.
  bool arrives(const std::string& endpoint, const std::function<bool()>& send);

 private:
  std::size_t arrived(const std::string& endpoint);
  std::size_t dropped();  // on all nodes
};

}  // namespace portcullis::test
