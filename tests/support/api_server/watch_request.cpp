#include "tests/support/api_server/read.h"
#include "tests/support/api_server/watch_stream.h"

namespace portcullis::test::api {
namespace {

bool is_true(const std::string& parameter) {
  return !parameter.empty() && parameter != "0" && parameter != "false";
}

std::optional<Reply> check_options(const Request& request, WatchLists watch_lists) {
  if (watch_lists == WatchLists::kIgnored) return std::nullopt;
  const std::string match = request.parameter("resourceVersionMatch");
  if (request.parameter("sendInitialEvents").empty()) {
    if (match.empty()) return std::nullopt;
    return forbidden_option(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  if (match != "NotOlderThan") {
    return forbidden_option(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (watch_lists == WatchLists::kRefused) {
    return forbidden_option("sendInitialEvents",
                            "sendInitialEvents is forbidden for watch unless the WatchList "
                            "feature gate is enabled");
  }
  return std::nullopt;
}

}  // namespace

std::variant<WatchRequest, Reply> parse_watch(const Request& request, const Store& store,
                                              WatchLists watch_lists) {
  if (const auto refused = check_options(request, watch_lists)) return *refused;
  const std::string version_text = request.parameter("resourceVersion");
  const std::string timeout = request.parameter("timeoutSeconds");
  const auto version = version_text.empty() ? 0 : parse_version(version_text);
  if (!version) return refusal(400, "Invalid value: \"" + version_text + "\": resourceVersion");
  WatchRequest watch{.resource = *request.resource, .ns = request.ns};
  watch.selection =
      Selection(request.parameter("labelSelector"), request.parameter("fieldSelector"));
  watch.bookmarks = is_true(request.parameter("allowWatchBookmarks"));
  if (const auto seconds = parse_version(timeout); seconds && *seconds > 0) {
    watch.timeout = std::chrono::seconds(*seconds);
  }
  watch.version = *version;
  const std::string initial = request.parameter("sendInitialEvents");
  if (watch_lists == WatchLists::kServed && !initial.empty()) {
    if (*version > store.version()) return too_large_version(*version, store.version());
    watch.initial_events = is_true(initial);
    watch.initial_events_end = watch.initial_events && watch.bookmarks;
    if (!watch.initial_events && *version == 0) watch.version = store.version();
  } else {
    watch.initial_events = *version == 0;
  }
  return watch;
}

}  // namespace portcullis::test::api
