#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

namespace portcullis::test::api {

// The documents of a YAML (or JSON) text; a List yields its items. Throws if it is not YAML.
std::vector<nlohmann::json> parse_manifests(std::string_view text);

}  // namespace portcullis::test::api
