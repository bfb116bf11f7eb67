#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/rig/enforcement.h"
#include "tests/support/rig/matrix.h"
#include "tests/support/rig/playground.h"
#include "tests/support/rig/prober.h"
#include "tests/support/rig/service.h"

namespace portcullis::test {

// How a playground's pods are wired, over how many nodes they are spread, and who makes Services.
struct Variant {
  Wiring wiring = Wiring::kRouted;
  int nodes = 1;
  std::optional<ProxyMode> proxy{};
};

std::string name_of(const Variant& variant);  // "routed_1_node_nftables", as a test's suffix

void PrintTo(const Variant& variant, std::ostream* out);  // for GoogleTest

inline const Variant kVariants[] = {
    {Wiring::kRouted, 1}, {Wiring::kRouted, 2}, {Wiring::kBridged, 1}, {Wiring::kBridged, 2}};

// The topology wired and spread so: its pods on the nodes in turn, hosts on the first.
Topology in(const Variant& variant, Topology topology);

// The text of manifests/examples/<name>.yaml.
std::string example(const std::string& name);

// What no policy filters: a pod to itself, and between a pod and its own node.
bool is_never_filtered(const Flow& flow);

// A playground with a prober, for tests that are run in some or all variants.
class PacketTest : public testing::TestWithParam<Variant> {
 protected:
  // Skips the test where namespaces cannot be made. A second playground replaces the first.
  void build(const Topology& topology);

  Playground& playground() { return *playground_; }

  // What the next enforce() will have been told of: at first the playground's own pods, running,
  // and their namespaces.
  ClusterState& objects() { return objects_; }
  const Pod& pod(const std::string& name) const;  // "default/web"; aborts if there is none
  void edit_pod(const std::string& name, const std::function<void(Pod&)>& edit);
  void delete_pod(const std::string& name);
  void label_namespace(const std::string& name, const Labels& labels);

  // Every node enforces these manifests (YAML texts), and no other policies any more, on objects().
  // The daemon would log these problems of theirs, and no others.
  void enforce(const std::vector<std::string>& manifests,
               const std::vector<std::string>& problems = {});

  // The next enforce() is a daemon's first: it has not seen which pods had which addresses.
  void forget_history() { enforcement_.reset(); }

  // Rules of nft(8) in a node, beside ours: whole lines, as in a file.
  void load_nft(const std::string& node, const std::string& script);

  // What the counters of a table of inet have counted in an endpoint, all together.
  std::size_t counted_packets(const std::string& endpoint, const std::string& table);

  // What the rules of our profiles have dropped on a node since they are there.
  std::size_t dropped_packets(const std::string& node);

  // What was seen must be as expected, and, once something is enforced, as `portcullis explain`
  // says. Every endpoint to every endpoint.
  testing::AssertionResult reachability_is(const std::function<bool(const Flow&)>& allowed);
  testing::AssertionResult outcomes_are(const std::vector<Probe>& probes);
  testing::AssertionResult traffic_is(const std::string& table);  // see probe_table.h

  // For what something else than a policy decides, of which explain knows nothing: a proxy that
  // drops, a filter in the pod.
  testing::AssertionResult outcomes_beside_policies_are(const std::vector<Probe>& probes);

 private:
  std::unique_ptr<Playground> playground_;
  ClusterState objects_;
  std::unique_ptr<Prober> prober_;
  std::unique_ptr<Enforcement> enforcement_;
};

}  // namespace portcullis::test

// Builds the playground, or ends the test: skipped, or failed.
#define BUILD_OR_SKIP(topology) \
  build(topology);              \
  if (IsSkipped() || HasFatalFailure()) return
