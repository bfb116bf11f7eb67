#pragma once

#include <string>

#include "daemon/status.h"

namespace portcullis {

// The status in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
std::string metrics(const Status& status);

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace portcullis
