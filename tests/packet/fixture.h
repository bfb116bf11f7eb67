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

// How a playground's pods are wired, how many nodes they are spread over, and who implements
// Services.
struct Variant {
  Wiring wiring = Wiring::kRouted;
  int nodes = 1;
  std::optional<ProxyMode> proxy{};
};

std::string name_of(const Variant& variant);  // "routed_1_node_nftables", as a test's suffix

void PrintTo(const Variant& variant, std::ostream* out);  // for GoogleTest

inline const Variant kVariants[] = {
    {Wiring::kRouted, 1}, {Wiring::kRouted, 2}, {Wiring::kBridged, 1}, {Wiring::kBridged, 2}};

// The topology wired and spread that way: its pods on the nodes in turn, hosts on the first.
Topology in(const Variant& variant, Topology topology);

// The text of manifests/examples/<name>.yaml.
std::string example(const std::string& name);

// Traffic that no policy filters: of a pod to itself, and between a pod and its own node.
bool is_never_filtered(const Flow& flow);

// A playground with a prober, for tests that run in some or all variants.
class PacketTest : public testing::TestWithParam<Variant> {
 protected:
  // Skips the test if namespaces cannot be created. A second playground replaces the first.
  void build(const Topology& topology);

  Playground& playground() { return *playground_; }

  // The input of the next enforce(): initially the playground's own pods, running, and their
  // namespaces.
  ClusterState& objects() { return objects_; }
  const Pod& pod(const std::string& name) const;  // "default/web"; aborts if there is none
  void edit_pod(const std::string& name, const std::function<void(Pod&)>& edit);
  void delete_pod(const std::string& name);
  void label_namespace(const std::string& name, const Labels& labels);

  // Makes every node enforce exactly these manifests (YAML texts) on objects(). The daemon would
  // log exactly these problems.
  void enforce(const std::vector<std::string>& manifests,
               const std::vector<std::string>& problems = {});

  // The next enforce() acts as a daemon's first: it has not seen which pods had which addresses.
  void forget_history() { enforcement_.reset(); }

  // The next enforce() acts as a daemon's first, with --anti-spoofing off, or strict as at first.
  void believe_sources(bool believe = true);

  // The same with --unknown-pods drop, or allow if there are no marks.
  void close_unknown_pods(PodMarks marks);

  // nft(8) rules on a node, beside ours: whole lines, as in a file.
  void load_nft(const std::string& node, const std::string& script);

  // The sum of the counters of a table in an endpoint: "inet portcullis"; 0 without it.
  std::size_t counted_packets(const std::string& endpoint, const std::string& table);

  // The drops of our rules on a node since they exist.
  std::size_t dropped_packets(const std::string& node);

  // The results must be as expected, and, once something is enforced, as `portcullis explain` says.
  // Every endpoint to every endpoint.
  testing::AssertionResult reachability_is(const std::function<bool(const Flow&)>& allowed);
  testing::AssertionResult outcomes_are(const std::vector<Probe>& probes);
  testing::AssertionResult traffic_is(const std::string& table);  // see probe_table.h

  // For results not decided by policies, which explain does not know: a proxy that drops, a filter
  // in the pod.
  testing::AssertionResult outcomes_beside_policies_are(const std::vector<Probe>& probes);

 private:
  std::unique_ptr<Playground> playground_;
  ClusterState objects_;
  std::unique_ptr<Prober> prober_;
  std::unique_ptr<Enforcement> enforcement_;
  bool binds_ = true;
  BindingOptions binding_;
};

}  // namespace portcullis::test

// Builds the playground, or ends the test: skipped, or failed.
#define BUILD_OR_SKIP(topology) \
  build(topology);              \
  if (IsSkipped() || HasFatalFailure()) return
