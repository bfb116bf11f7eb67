#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/cluster/assets.h"
#include "tests/cluster/fabric.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test {

// Node 1 of a fabric, without a cluster: containerd with the CNI plugin ptp, which takes NRI
// plugins, and perhaps a kubelet for static pods. Its files are in a folder that it shares with the
// test.
class LoneNode {
 public:
  enum class Parts { kRuntime, kWithKubelet };

  LoneNode(const ClusterAssets& assets, const Fabric& fabric, Parts parts);
  LoneNode(const LoneNode&) = delete;
  LoneNode& operator=(const LoneNode&) = delete;
  ~LoneNode();  // with all that runs on it

  std::string socket() const;  // of NRI

  // A static pod of the namespace "shop", for the kubelet. Its first container writes into a
  // folder.
  void run(const std::string& name, const std::map<std::string, std::string>& labels);
  void remove(const std::string& name);
  std::string output_of(const std::string& name) const;  // what it has written: its addresses

  void restart_runtime();  // soon; with a kubelet

  // crictl, which speaks CRI to containerd as a kubelet does. Thread safe.
  Finished crictl(const std::vector<std::string>& arguments) const;

  std::string logs() const;

 private:
  ChildSetup setup(const ClusterAssets& assets, const Fabric& fabric, Parts parts);

  const std::string crictl_;  // the program
  const TemporaryDirectory files_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace portcullis::test
