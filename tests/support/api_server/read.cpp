#include "tests/support/api_server/read.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <variant>

#include "tests/support/api_server/continuation.h"
#include "tests/support/api_server/selection.h"

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kTooOldToContinue =
    "The provided continue parameter is too old to display a consistent list result. Start a new "
    "list without it, or go on with the token of this response, which is inconsistent.";

// The input of a list.
struct Page {
  Contents contents;
  std::uint64_t version = 0;
  std::uint64_t limit = 0;  // 0: none
  std::string after{};      // the last name of the page before
};

std::string place(const Key& key) { return key.ns + "/" + key.name; }

Reply expired_continuation(const Continuation& continuation) {
  Json status = status_object(410, kTooOldToContinue);
  status["metadata"]["continue"] = to_token({std::nullopt, continuation.after});
  return refusal(status);
}

std::variant<Page, Reply> next_page(const Store& store, const Request& request,
                                    std::uint64_t limit) {
  const auto continuation = parse_token(request.parameter("continue"));
  if (!continuation) return refusal(400, "continue key is not valid");
  const std::string version = request.parameter("resourceVersion");
  if (!version.empty() && version != "0") {
    return refusal(400, "specifying resource version is not allowed when using continue");
  }
  const std::uint64_t at = continuation->version.value_or(store.version());
  auto contents = store.at(at);
  if (!contents) return expired_continuation(*continuation);
  return Page{std::move(*contents), at, limit, continuation->after};
}

std::variant<Page, Reply> first_page(const Store& store, const Request& request,
                                     std::uint64_t limit) {
  const std::string text = request.parameter("resourceVersion");
  const auto version = text.empty() ? 0 : parse_version(text);
  if (!version) return refusal(400, "Invalid value: \"" + text + "\": resourceVersion");
  if (*version > store.version()) return too_large_version(*version, store.version());
  const std::string match = request.parameter("resourceVersionMatch");
  const bool exact = match == "Exact" || (match.empty() && limit > 0 && *version > 0);
  if (!exact) {
    const bool from_cache = text == "0";  // which knows no pages
    return Page{store.contents(), store.version(), from_cache ? 0 : limit};
  }
  auto contents = store.at(*version);
  if (!contents) return refusal(410, "The provided resource version is too old: " + text);
  return Page{std::move(*contents), *version, limit};
}

std::optional<Reply> check_options(const Request& request) {
  const std::string match = request.parameter("resourceVersionMatch");
  const std::string version = request.parameter("resourceVersion");
  if (!request.parameter("sendInitialEvents").empty()) {
    return forbidden_option("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
  if (match.empty()) return std::nullopt;
  const char* name = "resourceVersionMatch";
  if (version.empty()) {
    return forbidden_option(name,
                            "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!request.parameter("continue").empty()) {
    return forbidden_option(name, "resourceVersionMatch is forbidden when continue is provided");
  }
  if (match == "Exact" && version == "0") {
    return forbidden_option(
        name, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  if (match != "Exact" && match != "NotOlderThan") {
    return forbidden_option(name, "supported values: \"Exact\", \"NotOlderThan\"");
  }
  return std::nullopt;
}

// Items of lists have no kind and apiVersion.
std::string item_text(Json object) {
  object.erase("kind");
  object.erase("apiVersion");
  return to_text(object);
}

// In the API server's field order: the version precedes the items.
Reply print(const Page& page, const Request& request) {
  const Selection selection(request.parameter("labelSelector"), request.parameter("fieldSelector"));
  std::string items;
  std::uint64_t count = 0;
  std::uint64_t remaining = 0;
  std::string last;
  for (const auto& [key, object] : page.contents) {
    if (key.resource != *request.resource) continue;
    if (!request.ns.empty() && key.ns != request.ns) continue;
    if (!page.after.empty() && place(key) <= page.after) continue;
    if (!selection.matches(*object)) continue;
    if (page.limit > 0 && count == page.limit) {
      ++remaining;
      continue;
    }
    items += (count++ == 0 ? "" : ",") + item_text(*object);
    last = place(key);
  }
  Json metadata{{"resourceVersion", std::to_string(page.version)}};
  if (remaining > 0) {
    metadata["continue"] = to_token({page.version, last});
    if (selection.empty()) metadata["remainingItemCount"] = remaining;
  }
  const auto& resource = info(*request.resource);
  return {200, std::string("{\"kind\":\"") + resource.kind + "List\",\"apiVersion\":\"" +
                   resource.api_version + "\",\"metadata\":" + to_text(metadata) + ",\"items\":[" +
                   items + "]}\n"};
}

}  // namespace

std::optional<std::uint64_t> parse_version(const std::string& text) {
  std::uint64_t version = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, version);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return version;
}

Reply not_found(Resource resource, const std::string& name) {
  const auto& about = info(resource);
  const std::string group = *about.group == '\0' ? "" : std::string(".") + about.group;
  Json details{{"name", name}, {"kind", about.plural}};
  if (!group.empty()) details["group"] = about.group;
  return refusal(status_object(404, about.plural + group + " \"" + name + "\" not found", details));
}

Reply get(const Store& store, const Request& request) {
  const Object object = store.find(request.key());
  return object ? reply(*object) : not_found(*request.resource, request.name);
}

Reply list(const Store& store, const Request& request) {
  if (const auto refused = check_options(request)) return *refused;
  const std::string limit_text = request.parameter("limit");
  const auto limit = limit_text.empty() ? 0 : parse_version(limit_text);
  if (!limit) return refusal(400, "limit: not a number: " + limit_text);
  const auto page = request.parameter("continue").empty() ? first_page(store, request, *limit)
                                                          : next_page(store, request, *limit);
  if (const auto* refused = std::get_if<Reply>(&page)) return *refused;
  return print(std::get<Page>(page), request);
}

}  // namespace portcullis::test::api
