#include "daemon/names.h"

#include <set>

namespace portcullis {

std::string list_names(const ClusterState& cluster, const std::string& topic) {
  std::set<std::string> names;
  for (const auto& [key, pod] : cluster.pods()) {
    names.insert(topic == "pods" ? to_string(key) : key.ns);
  }
  if (topic != "pods") {
    for (const auto& [name, ns] : cluster.namespaces()) names.insert(name);
  }
  std::string text;
  for (const auto& name : names) text += name + "\n";
  return text;
}

}  // namespace portcullis
