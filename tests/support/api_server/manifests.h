#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

namespace portcullis::test::api {

// The documents of a YAML (or JSON) text; a List is its items. Throws on what is no YAML.
std::vector<nlohmann::json> parse_manifests(std::string_view text);

}  // namespace portcullis::test::api
