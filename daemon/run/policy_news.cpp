#include "daemon/run/policy_news.h"

#include <utility>
#include <variant>

namespace portcullis {
namespace {

constexpr std::size_t kMostLines = 20;

using Policy = std::shared_ptr<const NetworkPolicy>;

Policy find(const ClusterState& cluster, const ObjectKey& key) {
  const auto found = cluster.policies().find(key);
  return found == cluster.policies().end() ? nullptr : found->second;
}

std::size_t count_isolated(const ClusterState& cluster, const NetworkPolicy& policy,
                           const std::string& node_name) {
  std::size_t count = 0;
  const auto& pods = cluster.pods();
  for (auto at = pods.lower_bound({policy.key.ns, ""}); at != pods.end(); ++at) {
    const auto& pod = *at->second;
    if (pod.key.ns != policy.key.ns) break;
    const bool counts = pod.is_local_to(node_name) && !pod.host_network && !pod.finished();
    if (counts && policy.pod_selector.matches(*pod.labels)) ++count;
  }
  return count;
}

std::string directions(const NetworkPolicy& policy) {
  if (policy.isolates_ingress && policy.isolates_egress) return "ingress and egress";
  return policy.isolates_ingress ? "ingress" : "egress";
}

std::string effect(const ClusterState& cluster, const NetworkPolicy& policy,
                   const std::string& node_name) {
  const auto count = count_isolated(cluster, policy, node_name);
  return ": isolates " + std::to_string(count) + (count == 1 ? " pod" : " pods") +
         " on this node for " + directions(policy) +
         (policy.malformed ? " and allows nothing: it is invalid" : "");
}

std::string line_of(const ClusterState& cluster, const Policy& before, const Policy& now,
                    const std::string& node_name, const std::string& source) {
  const auto& policy = now ? *now : *before;
  const char* what = !now ? " is gone" : !before ? " is new" : " changed";
  const auto& origin = policy.origin.empty() ? source : policy.origin;
  return "policy " + to_string(policy.key) + what + " (" + origin + ")" +
         (now ? effect(cluster, policy, node_name) : "");
}

}  // namespace

void PolicyNews::note(const Change& change) {
  const auto* policy = std::get_if<ObjectChange<NetworkPolicy>>(&change);
  if (policy == nullptr) return;
  const auto& [before, after] = *policy;
  before_.emplace((after ? after : before)->key, before);
}

std::vector<std::string> PolicyNews::take(const ClusterState& cluster, const std::string& node_name,
                                          const std::string& source) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (const auto& [key, before] : std::exchange(before_, {})) {
    const auto now = find(cluster, key);
    const bool is_same = before == now || (before && now && *before == *now);
    if (is_same) continue;
    if (lines.size() == kMostLines) {
      ++more;
    } else {
      lines.push_back(line_of(cluster, before, now, node_name, source));
    }
  }
  if (more > 0) lines.push_back("and " + std::to_string(more) + " more policies");
  return lines;
}

}  // namespace portcullis
