#include "daemon/run/object_counts.h"

#include <algorithm>
#include <set>

namespace portcullis {

std::map<std::string, ObjectCount> count_objects(const ClusterState& cluster,
                                                 const std::vector<Problem>& problems) {
  std::set<std::string> rejected;  // "NetworkPolicy default/web"
  for (const auto& problem : problems) rejected.insert(problem.defect.object);
  std::map<std::string, ObjectCount> counts;
  for (const auto& each : kKinds) {
    const auto is_of_kind = [prefix = std::string(each.name) + ' '](const std::string& object) {
      return object.starts_with(prefix);
    };
    counts[each.resource] = {cluster.count(each.kind),
                             static_cast<std::size_t>(std::ranges::count_if(rejected, is_of_kind))};
  }
  return counts;
}

std::vector<std::string> unreadable_files(const std::vector<Problem>& problems) {
  std::set<std::string> files;
  for (const Problem& problem : problems) {
    if (problem.document == 0 && problem.defect.object.empty()) files.insert(problem.file.string());
  }
  return {files.begin(), files.end()};
}

}  // namespace portcullis
