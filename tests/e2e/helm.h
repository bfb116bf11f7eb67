#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test {

inline constexpr const char* kChart = "charts/portcullis";

// Kubernetes objects by kind and name: "DaemonSet portcullis".
using KubeObjects = std::map<std::string, nlohmann::json>;

// Of the documents of a YAML stream.
KubeObjects kube_objects(const std::string& yaml);

// Helm and its chart, if KUBEBUILDER_ASSETS has it; needs no API server.
class Helm : public testing::Test {
 protected:
  void SetUp() override;

  Finished helm(std::vector<std::string> arguments, const std::string& values = "") const;

  // `helm template` with these --set arguments, and with values as a file has them.
  Finished rendered(const std::vector<std::string>& settings, const std::string& values = "") const;
  KubeObjects objects(const std::vector<std::string>& settings,
                      const std::string& values = "") const;

  KubeObjects kustomized(const std::string& directory) const;

 private:
  std::string program_;
  std::string kubectl_;
  TemporaryDirectory home_;
};

}  // namespace portcullis::test
