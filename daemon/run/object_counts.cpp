#include "daemon/run/object_counts.h"

#include <algorithm>
#include <set>

namespace portcullis {

std::map<std::string, ObjectCount> count_objects(const ClusterState& cluster,
                                                 const std::vector<Problem>& problems) {
  std::set<std::string> rejected;  // "NetworkPolicy default/web"
  for (const auto& problem : problems) rejected.insert(problem.defect.object);
  const auto of = [&](const std::string& kind, std::size_t known) {
    return ObjectCount{
        known,
        static_cast<std::size_t>(std::ranges::count_if(
            rejected, [&](const std::string& object) { return object.starts_with(kind + " "); }))};
  };
  return {{"pods", of("Pod", cluster.pods().size())},
          {"namespaces", of("Namespace", cluster.namespaces().size())},
          {"networkpolicies", of("NetworkPolicy", cluster.policies().size())}};
}

std::vector<std::string> unreadable_files(const std::vector<Problem>& problems) {
  std::set<std::string> files;
  for (const Problem& problem : problems) {
    if (problem.document == 0 && problem.defect.object.empty()) files.insert(problem.file.string());
  }
  return {files.begin(), files.end()};
}

}  // namespace portcullis
