#include "k8s-client/http/http_exchange.h"

#include <algorithm>
#include <charconv>

#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

constexpr std::chrono::seconds kLongestRetryAfter{300};

}  // namespace

HeaderFields header_fields(const ClusterAccess& access, const Identity& identity) {
  HeaderFields fields;
  if (const auto url = parse_url(access.server)) fields.emplace_back("Host", host_field(*url));
  if (!identity.authorization.empty()) fields.emplace_back("Authorization", identity.authorization);
  fields.insert(fields.end(), access.impersonation.begin(), access.impersonation.end());
  return fields;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  int seconds = 0;
  const char* text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, seconds);
  const bool is_number = end == text_end && !text.empty() && text.front() != '-';
  if (is_number && error == std::errc::result_out_of_range) return kLongestRetryAfter;
  if (!is_number || error != std::errc()) return std::nullopt;
  return std::min(std::chrono::seconds{seconds}, kLongestRetryAfter);
}

Error silence(std::chrono::seconds limit) {
  return {ErrorCode::kTimeout, "no data for " + std::to_string(limit.count()) + " s"};
}

}  // namespace portcullis::k8s
