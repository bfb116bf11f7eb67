#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portcullis::k8s {

// Seconds since the epoch for a date and time as the API writes them (RFC 3339), e.g.
// "2024-02-29T12:00:00Z" or "2024-02-29T12:00:00.5+01:00". Nothing if it is invalid, or its
// fraction has more than 30 digits.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace portcullis::k8s
