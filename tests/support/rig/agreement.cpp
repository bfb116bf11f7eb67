#include "tests/support/rig/agreement.h"

#include "compiler/explain/explanation.h"

namespace portcullis::test {
namespace {

std::string destination_of(const Probe& probe, const Address& address) {
  const auto text = to_string(address);
  if (probe.traffic.transport == Transport::kIcmp) return text;
  return "[" + text + "]:" + to_string(probe.traffic);
}

std::string disagreement(const ClusterState& cluster, const Playground& playground,
                         const ProbeResult& result) {
  const auto& probe = result.probe;
  const auto source =
      probe.seen_from.value_or(playground.endpoint(probe.from).address(probe.family));
  const auto destination = playground.endpoint(probe.to).address(probe.family);
  const auto explanations = explain(cluster, to_string(source), destination_of(probe, destination));
  const auto head = "  " + to_string(probe) + ": " + to_string(result.seen) + ", but explained:\n";
  if (!explanations) return head + explanations.error().message + "\n";
  if (all_allowed(*explanations) == (result.seen != Outcome::kDenied)) return "";
  return head + print_text(cluster, *explanations);
}

}  // namespace

std::string describe_disagreements(const ClusterState& cluster, const Playground& playground,
                                   const std::vector<ProbeResult>& results) {
  std::string text;
  for (const auto& result : results) {
    if (result.seen != Outcome::kError) text += disagreement(cluster, playground, result);
  }
  return text;
}

}  // namespace portcullis::test
