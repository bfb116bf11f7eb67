#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "compiler/cluster/cluster_state.h"
#include "compiler/ruleset/ruleset_size.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/serve/status.h"

namespace portcullis {

// What the daemon has counted and measured since its start, and its current state, in Prometheus'
// text format (https://prometheus.io/docs/instrumenting/exposition_formats/). Labels have few
// values: names of resources, of programs, and of the policies that make up a profile. Not thread
// safe.
class Metrics {
 public:
  static constexpr const char* kType = "text/plain; version=0.0.4; charset=utf-8";

  Metrics();

  void count(const Change& change);

  // An attempt to commit the ruleset that changed the kernel.
  void committed(std::chrono::duration<double> took);
  void refused_pod();        // since it was not isolated in time
  void started_pod_early();  // before it was isolated
  void failed();

  // Time from when the source reported a change until it applied to packets.
  void enforced(std::chrono::duration<double> after);

  // A foreign change of the table was undone: "nft (process 4711)".
  void mended(const std::string& culprit);

  std::string text(const Status& status, const RulesetSize& size,
                   const std::vector<nl::CounterValue>& denied) const;

 private:
  using Counters = prometheus::Family<prometheus::Counter>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  prometheus::Registry registry_;
  std::array<prometheus::Counter*, kKinds.size()> events_;
  Counters& repairs_;
  prometheus::Counter& failures_;
  prometheus::Counter& refused_pods_;
  prometheus::Counter& early_pods_;
  prometheus::Histogram& commits_;
  prometheus::Histogram& latency_;
};

}  // namespace portcullis
