#pragma once

#include <string>

#include "compiler/base/result.h"
#include "daemon/options/options.h"

namespace portcullis {

// "127.0.0.1:9909", "[::1]:9909", "localhost:9909"; "off" or empty: nowhere.
[[nodiscard]] Result<void> set_listen(Options& options, const std::string& value);

}  // namespace portcullis
