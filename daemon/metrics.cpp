#include "daemon/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace portcullis {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

ClientMetric gauge(double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

MetricFamily family(std::string name, std::string help, std::vector<ClientMetric> values) {
  return {std::move(name), std::move(help), prometheus::MetricType::Gauge, std::move(values)};
}

}  // namespace

std::string metrics(const Status& status) {
  std::vector<ClientMetric> stale;
  for (const Following& following : status.followed) {
    stale.push_back(gauge(staleness(following), {{"resource", following.what}}));
  }
  return prometheus::TextSerializer().Serialize(
      {family("portcullis_ready", "Whether what is wanted has been committed to the kernel.",
              {gauge(status.ready() ? 1 : 0)}),
       family("portcullis_source_synced", "Whether everything has been read once.",
              {gauge(status.source_read ? 1 : 0)}),
       family("portcullis_source_stale_seconds",
              "For how long a resource cannot be followed; 0 while it is.", std::move(stale)),
       family("portcullis_snapshot_failing",
              "Whether the ruleset cannot be kept on disk for the next boot.",
              {gauge(status.unsaved.empty() ? 0 : 1)}),
       family("portcullis_object_problems", "Mistakes in objects, and files that cannot be read.",
              {gauge(static_cast<double>(status.problems))})});
}

}  // namespace portcullis
