#pragma once

#include <string>

#include "compiler/base/result.h"
#include "daemon/options/options.h"

// Who sends: whose source addresses are believed, and who tells of pods that start.
namespace portcullis {

[[nodiscard]] Result<void> set_anti_spoofing(Options& options, const std::string& value);

// "192.0.2.0/24,2001:db8::/32"; empty: none.
[[nodiscard]] Result<void> set_allowed_sources(Options& options, const std::string& value);

[[nodiscard]] Result<void> set_pod_tunnels(Options& options, const std::string& value);

[[nodiscard]] Result<void> set_unknown_pods(Options& options, const std::string& value);

// "cali*,lxc*"; empty: none.
[[nodiscard]] Result<void> set_pod_interfaces(Options& options, const std::string& value);

// As of set_allowed_sources().
[[nodiscard]] Result<void> set_pod_cidrs(Options& options, const std::string& value);

// "7474", or "off".
[[nodiscard]] Result<void> set_log_group(Options& options, const std::string& value);

// "/var/run/nri/nri.sock", or "off".
[[nodiscard]] Result<void> set_nri(Options& options, const std::string& value);

[[nodiscard]] Result<void> set_nri_timeout(Options& options, const std::string& value);

}  // namespace portcullis
