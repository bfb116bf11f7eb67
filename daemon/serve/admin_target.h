#pragma once

#include <map>
#include <string>

#include "compiler/base/result.h"

namespace portcullis {

// A resource of the daemon's socket and its parameters: "/v1/explain?from=default%2Fweb&to=...".
struct AdminTarget {
  std::string path;
  std::map<std::string, std::string> parameters;  // decoded

  // "" if it is not given.
  std::string parameter(const std::string& name) const;
};

std::string to_string(const AdminTarget& target);

// kInvalidInput if the text is not the target of an HTTP request.
[[nodiscard]] Result<AdminTarget> parse_admin_target(const std::string& text);

}  // namespace portcullis
