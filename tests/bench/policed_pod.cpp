#include "tests/bench/policed_pod.h"

#include <vector>

#include "tests/support/model/cluster_builder.h"

namespace portcullis::bench {
namespace {

using test::pod;
using test::policy;

constexpr int kPeers = 60'000;  // with the client
constexpr int kOtherPods = 109;
constexpr int kFirstPort = 8000;

std::string peer_address(int i) {
  return "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
}

std::string other_address(int i) { return "10.1.0." + std::to_string(i); }

std::uint16_t port_of(int policy, const PolicedPod& pod) {
  return static_cast<std::uint16_t>(kFirstPort + policy % pod.ports);
}

test::RuleBuilder admit(int number, const PolicedPod& policed) {
  const auto port = port_of(number, policed);
  return test::from({test::pods_in("", "team=" + std::to_string(number))})
      .range(policed.protocol, port, port);
}

std::string set_text(int number, const PolicedPod& policed) {
  std::string text = "set peers-" + std::to_string(number) + " { type ipv4_addr; elements = { ";
  for (int i = number == 0 ? policed.policies : number; i < kPeers; i += policed.policies) {
    text += peer_address(i) + ", ";
  }
  if (number == policed.admitted_by - 1) text += to_string(policed.client) + ", ";
  return text + "}; }\n";
}

}  // namespace

std::uint16_t PolicedPod::port() const { return port_of(admitted_by - 1, *this); }

ClusterState cluster(const PolicedPod& policed) {
  std::vector<Event> events = {
      test::ns("shop"), test::ns("peers"), policy("shop/nobody").ingress(),
      pod("shop/server", to_string(policed.server)).labels("app=server").on("local"),
      pod("peers/client", to_string(policed.client))
          .labels("team=" + std::to_string(policed.admitted_by - 1))
          .on("other")};
  for (int i = 1; i <= kOtherPods; ++i) {
    events.push_back(pod("shop/other-" + std::to_string(i), other_address(i)).on("local"));
  }
  for (int i = 1; i < kPeers; ++i) {
    events.push_back(pod("peers/peer-" + std::to_string(i), peer_address(i))
                         .labels("team=" + std::to_string(i % policed.policies))
                         .on("other"));
  }
  for (int i = 0; i < policed.policies; ++i) {
    events.push_back(
        policy("shop/policy-" + std::to_string(i), "app=server").ingress(admit(i, policed)));
  }
  return test::cluster(events);
}

std::string linear_ruleset(const PolicedPod& policed) {
  const std::string match = policed.protocol == Protocol::kTcp ? "tcp dport " : "udp dport ";
  std::string sets;
  std::string chains;
  std::string jumps =
      "chain forward { type filter hook forward priority filter - 1\n"
      "ct state established,related accept\n";
  for (int i = 1; i <= kOtherPods; ++i) {
    const auto chain = "pod-" + std::to_string(i);
    chains += "chain " + chain + " {\ndrop\n}\n";
    jumps += "ip daddr " + other_address(i) + " jump " + chain + "\n";
  }
  chains += "chain server {\n";
  for (int i = 0; i < policed.policies; ++i) {
    sets += set_text(i, policed);
    chains += match + std::to_string(port_of(i, policed)) + " ip saddr @peers-" +
              std::to_string(i) + " accept\n";
  }
  return "table inet linear {\n" + sets + chains + "drop\n}\n" + jumps + "ip daddr " +
         to_string(policed.server) + " jump server\n}\n}\n";
}

}  // namespace portcullis::bench
