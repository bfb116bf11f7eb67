#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis::bench {

// A synthetic cluster: namespaces of 100 pods, ten applications each; the first `local` pods are on
// the node "local", the rest on others. Policies select one application of their namespace each,
// and allow another one, a labelled namespace or an ipBlock, on one or two ports: the recipes of
// the Kubernetes documentation in turn.
struct ClusterSize {
  int pods = 0;
  int policies = 0;
  int local = 0;
};

// As manifests: one multi-document file per namespace.
struct ManifestText {
  std::string name;
  std::string text;
};

std::vector<ManifestText> manifests(const ClusterSize& size);

// The same, read and merged.
ClusterState cluster(const ClusterSize& size);

// The events of a source that has read it.
std::vector<Event> events_of(const ClusterState& cluster);

// The ruleset of the node, by an engine that is told of all of it at once.
Ruleset compile(const ClusterState& cluster, const std::string& node_name);

// Of all its sets.
std::size_t element_count(const Ruleset& ruleset);

// Its pods on other nodes whose labels matter to rules of the node "local".
std::vector<const Pod*> peers(const ClusterState& cluster);

// Writes the manifests into a directory.
void write_manifests(const ClusterSize& size, const std::filesystem::path& directory);

}  // namespace portcullis::bench
