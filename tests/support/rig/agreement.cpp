#include "tests/support/rig/agreement.h"

#include <netinet/in.h>

#include "compiler/explain/explanation.h"

namespace portcullis::test {
namespace {

// As an operator would ask; explain has no syntax for GRE.
Result<std::vector<Explanation>> ask(const ClusterState& cluster, const Address& from,
                                     const ServiceAddress& to, const Traffic& traffic) {
  if (traffic == gre()) {
    return std::vector{explain(cluster, Connection{from, to.address, IPPROTO_GRE, {}})};
  }
  return explain(cluster, to_string(from), destination_text(to, traffic), Unknown::kOutside);
}

// Each is of one connection, since both ends are addresses.
struct Judgements {
  Result<std::vector<Explanation>> egress;
  Result<std::vector<Explanation>> ingress;
};

Judgements judge(const ClusterState& cluster, const Playground& playground, const Probe& probe) {
  const auto from = playground.endpoint(probe.from).address(probe.family);
  const ServiceAddress to{playground.endpoint(probe.to).address(probe.family), probe.traffic.port};
  return {ask(cluster, from, probe.seen_to.value_or(to), probe.traffic),
          ask(cluster, probe.seen_from.value_or(from), to, probe.traffic)};
}

bool is_pod_and_its_node(const Endpoint& pod, const Endpoint& far) {
  return pod.is_pod() && (far.is_node() || far.is_node_address()) && pod.node == far.node;
}

// A denial names the condition that explain cannot check but we can: whose node has the address.
bool says_allowed(const ClusterState& cluster, const Explanation& explanation,
                  const DirectionVerdict& verdict, const Address& far, bool is_own_node) {
  const std::string condition = "unless " + to_string(far) + " is an address of its own node";
  return verdict.allowed() ||
         (is_own_node && print_text(cluster, {explanation}).find(condition) != std::string::npos);
}

std::string disagreement(const ClusterState& cluster, const Playground& playground,
                         const ProbeResult& result) {
  const auto [egress, ingress] = judge(cluster, playground, result.probe);
  if (!egress) return egress.error().message + "\n";
  if (!ingress) return ingress.error().message + "\n";
  const auto& from = playground.endpoint(result.probe.from);
  const auto& to = playground.endpoint(result.probe.to);
  const auto& out = egress->front();
  const auto& in = ingress->front();
  const bool allowed = says_allowed(cluster, out, out.evaluation.egress,
                                    out.connection().destination, is_pod_and_its_node(from, to)) &&
                       says_allowed(cluster, in, in.evaluation.ingress, in.connection().source,
                                    is_pod_and_its_node(to, from));
  if (allowed == (result.seen != Outcome::kDenied)) return "";
  return "  " + to_string(result.probe) + ": " + to_string(result.seen) +
         ", but egress and ingress are explained:\n" + print_text(cluster, *egress) +
         print_text(cluster, *ingress);
}

}  // namespace

std::string destination_text(const ServiceAddress& destination, const Traffic& traffic) {
  if (traffic.transport == Transport::kIcmp) return "[" + to_string(destination.address) + "]:icmp";
  const bool stray = traffic.transport == Transport::kTcpAck;
  const Traffic asked{stray ? Transport::kTcp : traffic.transport, destination.port};
  return "[" + to_string(destination.address) + "]:" + to_string(asked);
}

std::string describe_disagreements(const ClusterState& cluster, const Playground& playground,
                                   const std::vector<ProbeResult>& results) {
  std::string text;
  for (const auto& result : results) {
    if (result.seen != Outcome::kError) text += disagreement(cluster, playground, result);
  }
  return text;
}

}  // namespace portcullis::test
