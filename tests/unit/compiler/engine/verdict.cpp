#include "tests/unit/compiler/engine/verdict.h"

#include <set>

#include "compiler/ruleset/print.h"
#include "compiler/verdict/evaluate.h"
#include "tests/support/model/cluster_builder.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/oracle/compile.h"

namespace portcullis::test {

testing::AssertionResult connects(const ClusterState& cluster, std::string_view from,
                                  std::string_view to, const Traffic& traffic) {
  Packet packet{address(from), address(to), traffic.protocol, traffic.port};
  // Only a Service's DNAT forwards a pod's packet back to it.
  if (packet.source == packet.destination) packet.ct_status = ConntrackStatus::kDestinationNat;
  std::set<std::string> nodes;
  for (const auto& [key, pod] : cluster.pods()) {
    if (!pod->node_name->empty()) nodes.insert(pod->node_name);
  }
  bool passed = true;
  std::string rules;
  for (const auto& node : nodes) {
    const auto ruleset = compile(cluster, node);
    passed = passed && passes(ruleset, packet);
    rules += "# node " + node + "\n" + print_nft(ruleset);
  }
  const Connection connection{packet.source, packet.destination, packet.protocol, packet.port};
  EXPECT_EQ(evaluate(cluster, connection).allowed(), passed)
      << "the evaluator and the ruleset disagree on " << from << " to " << to << "\n"
      << rules;
  return (passed ? testing::AssertionSuccess() : testing::AssertionFailure())
         << from << " to " << to << (passed ? " passes\n" : " is dropped\n") << rules;
}

}  // namespace portcullis::test
