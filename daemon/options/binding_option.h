#pragma once

#include <string>

#include "compiler/base/result.h"
#include "daemon/options/options.h"

// Whose source addresses are believed.
namespace portcullis {

[[nodiscard]] Result<void> set_anti_spoofing(Options& options, const std::string& value);

// "192.0.2.0/24,2001:db8::/32"; empty: none.
[[nodiscard]] Result<void> set_allowed_sources(Options& options, const std::string& value);

}  // namespace portcullis
