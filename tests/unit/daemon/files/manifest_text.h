#pragma once

#include <string>

namespace portcullis {

inline std::string policy_yaml(const std::string& name, const std::string& app = "web") {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         "}\nspec:\n  podSelector: {matchLabels: {app: " + app + "}}\n";
}

inline std::string pod_yaml(const std::string& name, const std::string& address) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         "}\nstatus: {phase: Running, podIP: " + address + "}\n";
}

}  // namespace portcullis
