#include "daemon/enforce/quarantine_log.h"

#include <utility>

#include "compiler/verdict/connection.h"

namespace portcullis {

std::vector<std::string> QuarantineLog::update(const ClusterState& cluster) {
  std::vector<std::string> lines;
  for (auto told = told_.begin(); told != told_.end();) {
    if (cluster.quarantined().contains(*told)) {
      ++told;
      continue;
    }
    const auto pod = find_end(cluster, *told).pod;
    lines.push_back("address " + to_string(*told) + " is no longer quarantined: " +
                    (pod != nullptr ? "pod " + to_string(pod->key) + " has it"
                                    : "no interface of this node has it"));
    told = told_.erase(told);
  }
  return lines;
}

std::vector<std::string> QuarantineLog::report(const QuarantineLook& look,
                                               const ClusterState& cluster) {
  std::vector<std::string> lines;
  if (look.error) {
    if (std::exchange(error_, look.error->message) != error_) {
      lines.push_back(
          "cannot read this node's interfaces, so quarantined addresses stay closed; "
          "retrying: " +
          look.error->message);
    }
    return lines;
  }
  error_.clear();
  for (const auto& address : look.attached) {
    const auto closed = cluster.quarantined().find(address);
    if (closed == cluster.quarantined().end() || !told_.insert(address).second) continue;
    lines.push_back("address " + to_string(address) + " is quarantined: it " +
                    described_former(cluster, address, closed->second) +
                    ", and an interface of this node still has it");
  }
  return lines;
}

}  // namespace portcullis
