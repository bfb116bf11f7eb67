#pragma once

#include <functional>
#include <string>

#include "tests/packet/semantics/arrivals.h"
#include "tests/support/rig/frame.h"

namespace portcullis::test {

// A policy that selects none of these pods.
extern const std::string kNothing;

// What a pod may send that is not its own. default/attacker, default/victim and default/friend are
// on one node.
class Attack : public ArrivalsTest {
 protected:
  void build_pods() {
    build(in(GetParam(), {.pods = {{.name = "attacker", .labels = {{"app", "attacker"}}},
                                   {.name = "victim", .labels = {{"app", "victim"}}},
                                   {.name = "friend", .labels = {{"app", "friend"}}}}}));
  }

  const Endpoint& attacker() { return playground().endpoint("default/attacker"); }
  const Endpoint& victim() { return playground().endpoint("default/victim"); }
  const Endpoint& a_friend() { return playground().endpoint("default/friend"); }

  // Whether it arrives at the endpoint under these policies, while sources are believed, and while
  // they are not: it must, then it must not. Each call of `send` sends another packet that is new
  // to conntrack.
  void expect_stopped(const std::string& policies, const std::function<bool()>& send,
                      const std::string& endpoint = "default/victim");

  // It arrives at the victim in both cases.
  void expect_untouched(const std::string& policies, const std::function<bool()>& send);

 private:
  bool arrives_if(bool believed, const std::string& policies, const std::function<bool()>& send,
                  const std::string& endpoint);
};

// A whole frame from the endpoint's eth0.
struct Frame {
  MacAddress to{};
  MacAddress from{};
  Bytes types{};  // ether type, after those of tags and the tags themselves
  Bytes content{};
};

[[nodiscard]] bool send_frame(const Endpoint& from, const Frame& frame);

}  // namespace portcullis::test
