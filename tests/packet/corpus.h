#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/cluster/cluster_state.h"
#include "compiler/verdict/evaluate.h"
#include "tests/support/rig/probe.h"

// The conformance corpus: policies, pods and the verdict of every probe, in JSON files outside the
// project. The README beside them describes their format.
namespace portcullis::test {

// The verdicts on one connection. A pod cannot block itself: its connections to itself are allowed,
// whatever the file says.
struct Expectation {
  Probe probe{};  // expected: what both directions make together
  Connection connection{};
  std::optional<bool> egress{};  // whether that direction alone allows it, where the file tells
  std::optional<bool> ingress{};
};

// The state after the step.
struct CorpusStep {
  int index = 0;
  std::vector<std::string> policies{};      // JSON, as the file has them
  ClusterState objects{};                   // namespaces, and running pods
  std::vector<Expectation> expectations{};  // at least one

  std::vector<std::string> manifests() const;  // of the policies and the objects
};

struct CorpusCase {
  std::string id{};
  std::string description{};
  std::vector<CorpusStep> steps{};  // each follows the one before; at least one
};

// The path of the corpus: $PORTCULLIS_CONFORMANCE, else ../shared/conformance. It may not exist.
std::filesystem::path corpus_folder();

// One file with at least one case, or an error that names the file and the case.
[[nodiscard]] Result<std::vector<CorpusCase>> read_corpus(const std::filesystem::path& file);

}  // namespace portcullis::test
