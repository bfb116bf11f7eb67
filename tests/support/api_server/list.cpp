#include "tests/support/api_server/list.h"

#include <iterator>
#include <nlohmann/json.hpp>

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

// Where a page starts.
struct Position {
  std::uint64_t version = 0;  // of the snapshot
  Key after;                  // the last object of the page before
};

// "VERSION:NAMESPACE/NAME"
std::string to_token(const Position& position) {
  return std::to_string(position.version) + ":" + position.after.ns + "/" + position.after.name;
}

std::optional<Position> parse_token(Resource resource, const std::string& token) {
  const auto colon = token.find(':');
  const auto slash = token.find('/');
  if (colon == std::string::npos || slash == std::string::npos || slash < colon) return {};
  const auto version = parse_number(token.substr(0, colon));
  if (!version) return {};
  const std::string ns = token.substr(colon + 1, slash - colon - 1);
  return Position{*version, {resource, ns, token.substr(slash + 1)}};
}

// Items of lists have no kind and apiVersion.
std::string item_text(Json object) {
  object.erase("kind");
  object.erase("apiVersion");
  return to_text(object);
}

// In the API server's field order: the version precedes the items.
Reply print(const Contents& contents, const Position& start, std::uint64_t limit) {
  const Resource resource = start.after.resource;
  Json metadata{{"resourceVersion", std::to_string(start.version)}};
  std::string items;
  std::uint64_t count = 0;
  for (auto at = contents.upper_bound(start.after);
       at != contents.end() && at->first.resource == resource; ++at, ++count) {
    if (limit > 0 && count == limit) {
      metadata["continue"] = to_token({start.version, std::prev(at)->first});
      break;
    }
    items += (count == 0 ? "" : ",") + item_text(*at->second);
  }
  const auto& about = info(resource);
  return {200, std::string("{\"kind\":\"") + about.kind + "List\",\"apiVersion\":\"" +
                   about.api_version + "\",\"metadata\":" + to_text(metadata) + ",\"items\":[" +
                   items + "]}\n"};
}

}  // namespace

Reply list(const Store& store, const Request& request) {
  const Resource resource = *request.resource;
  const std::string token = request.parameter("continue");
  const auto start =
      token.empty() ? Position{store.version(), {resource}} : parse_token(resource, token);
  const auto limit = request.number("limit");
  if (!start) return refusal(400, "continue key is not valid");
  if (!limit) return refusal(400, "limit is not a number");
  const auto contents = store.at(start->version);
  if (!contents) return refusal(410, "The provided continue parameter is too old");
  return print(*contents, *start, *limit);
}

}  // namespace portcullis::test::api
