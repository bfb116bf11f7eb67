#include "daemon/serve/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "compiler/binding/binding_table.h"
#include "compiler/policy/denied_counter.h"
#include "daemon/base/version.h"
#include "daemon/host/process_usage.h"

namespace portcullis {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Seconds. A changed element takes some 20 us, a cold start of a large cluster some 100 ms.
const prometheus::Histogram::BucketBoundaries buckets = {
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
    0.025,   0.05,     0.1,     0.25,   0.5,     1,      2.5,   5,      10,    30};

constexpr std::array kServices = {"health port", "admin socket"};  // keys of Status::unserved

ClientMetric value(double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  metric.counter.value = value;
  return metric;
}

ClientMetric value(std::size_t number, std::vector<ClientMetric::Label> labels = {}) {
  return value(static_cast<double>(number), std::move(labels));
}

ClientMetric value(bool yes, std::vector<ClientMetric::Label> labels = {}) {
  return value(yes ? 1.0 : 0.0, std::move(labels));
}

MetricFamily gauges(std::string name, std::string help, std::vector<ClientMetric> values) {
  return {std::move(name), std::move(help), MetricType::Gauge, std::move(values)};
}

// A source that does not follow them separately has read all of them, or none.
bool is_synced(const Status& status, const char* resource) {
  const auto following = std::ranges::find(status.followed, resource, &Following::what);
  return following == status.followed.end() ? status.source_read : following->synced;
}

std::vector<MetricFamily> of_status(const Status& status) {
  std::vector<ClientMetric> synced;
  synced.reserve(kKinds.size());
  for (const auto& each : kKinds) {
    synced.push_back(value(is_synced(status, each.resource), {{"resource", each.resource}}));
  }
  std::vector<ClientMetric> stale;
  for (const auto& following : status.followed) {
    stale.push_back(value(staleness(following), {{"resource", following.what}}));
  }
  std::vector<ClientMetric> objects;
  std::vector<ClientMetric> rejected;
  for (const auto& [resource, count] : status.objects) {
    objects.push_back(value(count.known, {{"resource", resource}}));
    rejected.push_back(value(count.rejected, {{"resource", resource}}));
  }
  std::vector<ClientMetric> unserved;
  unserved.reserve(kServices.size());
  for (const char* service : kServices) {
    unserved.push_back(value(status.unserved.contains(service), {{"service", service}}));
  }
  return {
      gauges("portcullis_ready",
             "Whether the desired ruleset is committed to the kernel, and nothing is known "
             "to leave pods open.",
             {value(status.ready())}),
      gauges("portcullis_source_doubted",
             "Whether the source is suddenly empty, so its last content stays in force.",
             {value(!status.source_fault.empty())}),
      gauges("portcullis_files_never_read",
             "Manifest files that have never been read successfully.",
             {value(status.never_read.size())}),
      gauges("portcullis_node_name_wrong", "Whether the cluster knows this host by another name.",
             {value(!status.node_name_fault.empty())}),
      gauges("portcullis_bridge_unfiltered",
             "Whether pods of this node are on a bridge whose packets bypass nf_tables.",
             {value(!status.bridge_fault.empty())}),
      gauges("portcullis_bridge_table_missing",
             "Whether the kernel refuses the table bridge portcullis, so the sources of pods on "
             "bridges are believed.",
             {value(!status.bridge_table_fault.empty())}),
      gauges("portcullis_interfaces_unknown",
             "Whether interfaces of pods are not known, so that their sources may be believed.",
             {value(!status.ports_fault.empty())}),
      gauges("portcullis_runtime_connected",
             "Whether the container runtime tells of pods before they start.",
             {value(status.runtime_connected)}),
      gauges("portcullis_unserved", "Whether a port or socket currently cannot be served.",
             std::move(unserved)),
      gauges("portcullis_source_synced", "Whether a resource has been read completely once.",
             std::move(synced)),
      gauges("portcullis_source_stale_seconds",
             "How long a resource has not been followed; 0 while it is.", std::move(stale)),
      gauges("portcullis_snapshot_failing",
             "Whether the ruleset cannot be saved to disk for the next boot.",
             {value(!status.unsaved.empty())}),
      gauges("portcullis_objects", "Known objects.", std::move(objects)),
      gauges("portcullis_objects_rejected",
             "Invalid objects: they fail closed, and the log names them.", std::move(rejected)),
      gauges("portcullis_quarantined_addresses",
             "Addresses that stay closed: their pods are gone, but an interface still has them.",
             {value(status.quarantined)}),
      gauges("portcullis_profiles_rejected",
             "Sets of policies that together exceed the budget: the pods they select are "
             "allowed nothing in that direction, and the log names them.",
             {value(status.rejected_profiles)}),
      gauges("portcullis_policies_not_enforced",
             "Policies in manifests that Portcullis does not enforce; the log names them.",
             {value(status.not_enforced)}),
      gauges("portcullis_object_problems", "Problems in objects, and files that cannot be read.",
             {value(status.problems)})};
}

std::vector<MetricFamily> of_table(const RulesetSize& size) {
  return {
      gauges("portcullis_table_chains", "Chains of the desired ruleset.", {value(size.chains)}),
      gauges("portcullis_table_sets", "Sets and maps of the desired ruleset.", {value(size.sets)}),
      gauges("portcullis_table_elements", "Elements of these sets and maps.",
             {value(size.elements)})};
}

// Truncated comments may be equal: a series is the sum of its counters.
std::vector<MetricFamily> of_denied(const std::vector<nl::CounterValue>& denied) {
  std::map<std::string, nl::CounterValue> by_comment;  // "ingress: shop/web, shop/all"
  for (const auto& counter : denied) {
    if (!unbound_by(local_name(counter.spec.name)).empty()) continue;
    auto& sum = by_comment[counter.spec.comment];
    sum.spec = counter.spec;
    sum.packets += counter.packets;
    sum.bytes += counter.bytes;
  }
  std::vector<ClientMetric> packets;
  std::vector<ClientMetric> bytes;
  for (const auto& [comment, sum] : by_comment) {
    const auto by = denied_by(sum.spec);
    const std::vector<ClientMetric::Label> labels = {{"direction", by.direction},
                                                     {"policies", by.whose}};
    packets.push_back(value(static_cast<double>(sum.packets), labels));
    bytes.push_back(value(static_cast<double>(sum.bytes), labels));
  }
  return {MetricFamily{"portcullis_denied_packets_total", "Packets dropped by the named policies.",
                       MetricType::Counter, std::move(packets)},
          MetricFamily{"portcullis_denied_bytes_total", "Bytes of these packets.",
                       MetricType::Counter, std::move(bytes)}};
}

// Both tables may have a counter of each kind.
MetricFamily of_unbound(const std::vector<nl::CounterValue>& counters) {
  std::map<std::string, std::uint64_t> sums;
  for (const auto* kind : kUnbound) sums[kind] = 0;
  for (const auto& counter : counters) {
    const auto kind = unbound_by(local_name(counter.spec.name));
    if (!kind.empty()) sums[kind] += counter.packets;
  }
  std::vector<ClientMetric> packets;
  packets.reserve(sums.size());
  for (const auto& [kind, sum] : sums) {
    packets.push_back(value(static_cast<double>(sum), {{"kind", kind}}));
  }
  return {"portcullis_unbound_packets_total",
          "Packets dropped because what they say of their sender is not the pod's own.",
          MetricType::Counter, std::move(packets)};
}

// Named as in every Prometheus client library.
std::vector<MetricFamily> of_process() {
  const auto usage = process_usage();
  return {MetricFamily{"process_cpu_seconds_total",
                       "User and system processor time, in seconds.",
                       MetricType::Counter,
                       {value(usage.processor.count())}},
          gauges("process_resident_memory_bytes", "Resident memory, in bytes.",
                 {value(usage.resident_bytes)}),
          gauges("process_open_fds", "Open file descriptors.", {value(usage.open_files)}),
          gauges("process_start_time_seconds", "When the process began, in Unix time.",
                 {value(usage.began.count())})};
}

std::array<prometheus::Counter*, kKinds.size()> counters(
    prometheus::Family<prometheus::Counter>& family) {
  std::array<prometheus::Counter*, kKinds.size()> counters{};
  for (const auto& each : kKinds) {
    counters[index_of(each.kind)] = &family.Add({{"resource", each.resource}});
  }
  return counters;
}

}  // namespace

Metrics::Metrics()
    : events_(
          counters(prometheus::BuildCounter()
                       .Name("portcullis_events_total")
                       .Help("Objects added, removed, or changed in what Portcullis reads of them.")
                       .Register(registry_))),
      repairs_(prometheus::BuildCounter()
                   .Name("portcullis_repairs_total")
                   .Help("Changes to the table by others that were undone, by program.")
                   .Register(registry_)),
      failures_(prometheus::BuildCounter()
                    .Name("portcullis_commit_failures_total")
                    .Help("Failed attempts to commit the ruleset to the kernel.")
                    .Register(registry_)
                    .Add({})),
      refused_pods_(
          prometheus::BuildCounter()
              .Name("portcullis_pods_refused_total")
              .Help("Starts of pods that were refused, as they were not isolated in time.")
              .Register(registry_)
              .Add({})),
      early_pods_(prometheus::BuildCounter()
                      .Name("portcullis_pods_started_early_total")
                      .Help("Pods that the container runtime started before they were isolated.")
                      .Register(registry_)
                      .Add({})),
      commits_(prometheus::BuildHistogram()
                   .Name("portcullis_commit_duration_seconds")
                   .Help("Time to change the kernel's table, all steps together.")
                   .Register(registry_)
                   .Add({}, buckets)),
      latency_(prometheus::BuildHistogram()
                   .Name("portcullis_event_to_commit_seconds")
                   .Help("Time from when the source reported a change until it applied to packets.")
                   .Register(registry_)
                   .Add({}, buckets)) {
  prometheus::BuildGauge()
      .Name("portcullis_build_info")
      .Help("The running version; always 1.")
      .Register(registry_)
      .Add({{"version", version()}})
      .Set(1);
}

void Metrics::count(const Change& change) { events_[change.index()]->Increment(); }

void Metrics::committed(std::chrono::duration<double> took) { commits_.Observe(took.count()); }

void Metrics::refused_pod() { refused_pods_.Increment(); }

void Metrics::started_pod_early() { early_pods_.Increment(); }

void Metrics::failed() { failures_.Increment(); }

void Metrics::enforced(std::chrono::duration<double> after) { latency_.Observe(after.count()); }

void Metrics::mended(const std::string& culprit) {
  repairs_.Add({{"culprit", culprit.substr(0, culprit.find(" ("))}}).Increment();
}

std::string Metrics::text(const Status& status, const RulesetSize& size,
                          const std::vector<nl::CounterValue>& denied) const {
  auto families = of_status(status);
  for (auto& more : {of_table(size), of_denied(denied), std::vector{of_unbound(denied)},
                     of_process(), registry_.Collect()}) {
    families.insert(families.end(), more.begin(), more.end());
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace portcullis
