#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/steps.h"
#include "compiler/verdict/evaluate.h"
#include "tests/property/generators.h"
#include "tests/support/model/interpreter.h"
#include "tests/support/model/kernel_model.h"
#include "tests/support/oracle/compile.h"

namespace {

using namespace portcullis;
using namespace portcullis::test;

constexpr const char* kNode = kNodes[0];
constexpr std::size_t kChoiceSize = 4;  // bytes
constexpr std::size_t kMostBatches = 16;
constexpr int kMostEvents = 12;
constexpr std::uint64_t kProbes = 4;

void require(bool holds) {
  if (!holds) abort();
}

// The generator's output chosen by some bytes. The same bytes choose the same.
template <class T>
T chosen(const rc::Gen<T>& gen, std::uint64_t choice, int size) {
  return gen(rc::Random(choice), size).value();
}

// The first byte: how many events; of its bits 4 to 7 each takes one event's object away.
std::vector<Event> batch_of(const std::uint8_t* bytes) {
  std::uint32_t choice = 0;
  std::memcpy(&choice, bytes, kChoiceSize);
  auto batch = chosen(events(), choice, kMostEvents);
  batch.resize(std::min<std::size_t>(batch.size(), 1U + bytes[0] % kMostEvents));
  for (std::size_t index = 0; index < std::min<std::size_t>(batch.size(), 4); ++index) {
    if ((bytes[0] >> (4U + index) & 1U) != 0) batch[index] = removal_of(batch[index]);
  }
  return batch;
}

// The forward hook never sees traffic between a pod and its own node. Only pods without a node name
// are local to the third node.
void check_verdict(const ClusterState& cluster, const Connection& probe) {
  const auto evaluation = evaluate(cluster, probe);
  if (evaluation.egress.reason == Reason::kOwnNode) return;
  if (evaluation.ingress.reason == Reason::kOwnNode) return;
  const Packet packet{probe.source, probe.destination, probe.protocol, probe.port};
  const auto nodes = {kNodes[0], kNodes[1], "n3"};
  const bool passed = std::ranges::all_of(
      nodes, [&](const char* node) { return passes(compile(cluster, node), packet); });
  require(passed == evaluation.allowed());
}

}  // namespace

// A sequence of batches of events in a small world. After each: the incremental compiler equals
// compile(); its changes lead the kernel there, by steps of which every prefix is valid; and the
// rules decide as the reference evaluator does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  IncrementalCompiler incremental(kNode);
  ClusterState cluster;
  incremental.apply({});
  KernelModel kernel(compile(cluster, kNode));
  const auto batches = std::min(size / kChoiceSize, kMostBatches);
  for (std::size_t index = 0; index < batches; ++index) {
    const auto batch = batch_of(data + index * kChoiceSize);
    for (const auto& event : batch) cluster.apply(event);
    auto delta = incremental.apply({.events = batch});
    require(incremental.ruleset() == compile(cluster, kNode));
    const auto todo = steps(std::move(delta));
    for (const auto* step : {&todo.prepare, &todo.exchange, &todo.remove}) {
      for (const auto& operation : operations(*step)) require(kernel.apply(operation).has_value());
    }
    require(kernel.ruleset() == incremental.ruleset());
  }
  const std::uint64_t first = size == 0 ? 0 : std::uint64_t{data[size - 1]} * kProbes;
  for (std::uint64_t probe = first; probe < first + kProbes && size > 0; ++probe) {
    check_verdict(cluster, chosen(connection(), probe, kMostEvents));
  }
  return 0;
}
