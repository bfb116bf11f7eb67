#include "tests/support/api_server/watch_stream.h"

namespace portcullis::test::api {
std::variant<WatchRequest, Reply> parse_watch(const Request& request) {
  const auto version = request.number("resourceVersion");
  const auto timeout = request.number("timeoutSeconds");
  if (!version || !timeout) {
    return refusal(400, "resourceVersion or timeoutSeconds is not a number");
  }
  const bool bookmarks = request.parameter("allowWatchBookmarks") == "true";
  return WatchRequest{.resource = *request.resource,
                      .version = *version,
                      .initial_events = *version == 0,
                      .bookmarks = bookmarks,
                      .timeout = std::chrono::seconds(*timeout)};
}

}  // namespace portcullis::test::api
