#include "tests/support/api_server/watch_stream.h"

namespace portcullis::test::api {
namespace {

std::optional<Reply> check_options(const Request& request, WatchLists watch_lists) {
  if (watch_lists == WatchLists::kIgnored) return std::nullopt;
  const bool streams = request.parameter("sendInitialEvents") == "true";
  const bool matches = request.parameter("resourceVersionMatch") == "NotOlderThan";
  if (streams != matches) {
    return refusal(422, "sendInitialEvents and resourceVersionMatch=NotOlderThan need each other");
  }
  if (streams && watch_lists == WatchLists::kRefused) {
    return refusal(422,
                   "sendInitialEvents is forbidden for watch unless the WatchList feature gate is "
                   "enabled");
  }
  return std::nullopt;
}

}  // namespace

std::variant<WatchRequest, Reply> parse_watch(const Request& request, WatchLists watch_lists) {
  if (const auto refused = check_options(request, watch_lists)) return *refused;
  const auto version = request.number("resourceVersion");
  const auto timeout = request.number("timeoutSeconds");
  if (!version || !timeout) {
    return refusal(400, "resourceVersion or timeoutSeconds is not a number");
  }
  const bool bookmarks = request.parameter("allowWatchBookmarks") == "true";
  const bool lists =
      watch_lists == WatchLists::kServed && !request.parameter("sendInitialEvents").empty();
  return WatchRequest{.resource = *request.resource,
                      .version = *version,
                      .initial_events = lists || *version == 0,
                      .initial_events_end = lists && bookmarks,
                      .bookmarks = bookmarks,
                      .timeout = std::chrono::seconds(*timeout)};
}

}  // namespace portcullis::test::api
