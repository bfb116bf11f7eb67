#include "tests/support/api_server/manifests.h"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <string>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

// A plain scalar has its JSON type: true, 8080 and null are not strings.
Json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // it was quoted
  if (text == "~" || text.empty()) return nullptr;
  const Json value = Json::parse(text, nullptr, false);
  return value.is_primitive() && !value.is_discarded() && !value.is_string() ? value : Json(text);
}

Json to_json(const YAML::Node& node) {
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& item : node) list.push_back(to_json(item));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  Json object = Json::object();
  for (const auto& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
  return object;
}

}  // namespace

std::vector<Json> parse_manifests(std::string_view text) {
  std::vector<Json> objects;
  for (const auto& document : YAML::LoadAll(std::string(text))) {
    if (document.IsNull()) continue;
    const Json object = to_json(document);
    if (object.is_object() && object.contains("items")) {
      for (const auto& item : object["items"]) objects.push_back(item);
    } else {
      objects.push_back(object);
    }
  }
  return objects;
}

}  // namespace portcullis::test::api
