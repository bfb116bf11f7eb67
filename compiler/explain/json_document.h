#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/explain/allowed_traffic.h"

// What the JSON documents of this folder have in common. Each begins with "apiVersion" and "kind"
// (Explanation, Matrix, Error); "warnings" says why packets may be treated differently; "allowed"
// is always a boolean, and "allowedTraffic" always an object. Within one version, fields are only
// added.
namespace portcullis {

using Json = nlohmann::ordered_json;

Json json_document(const std::string& kind, const std::vector<std::string>& warnings);

// {"summary": "8080/TCP", "ports": [{"protocol": "TCP", "port": 8080, "endPort": 8080}],
//  "otherProtocols": false}
Json to_json(const AllowedTraffic& traffic);

const char* to_string(Family family);  // "IPv4"

std::string print(const Json& document);

}  // namespace portcullis
