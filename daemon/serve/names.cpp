#include "daemon/serve/names.h"

#include <algorithm>
#include <set>

#include "k8s-client/decode/name_rules.h"

namespace portcullis {
namespace {

bool is_name(std::string_view text, const std::string& topic) {
  if (topic != "pods") return k8s::is_dns_label(text);
  const auto slash = text.find('/');
  return slash != text.npos && k8s::is_dns_label(text.substr(0, slash)) &&
         k8s::is_dns_subdomain(text.substr(slash + 1));
}

}  // namespace

std::string list_names(const ClusterState& cluster, const std::string& topic) {
  std::set<std::string> names;
  for (const auto& [key, pod] : cluster.pods()) {
    names.insert(topic == "pods" ? to_string(key) : key.ns);
  }
  if (topic != "pods") {
    for (const auto& [name, ns] : cluster.namespaces()) names.insert(name);
  }
  std::string text;
  for (const auto& name : names) {
    if (is_name(name, topic)) text += name + "\n";
  }
  return text;
}

std::string only_names(std::string_view text, const std::string& topic) {
  std::string names;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (is_name(line, topic)) names.append(line).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace portcullis
