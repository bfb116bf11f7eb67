#include "k8s-client/decode/timestamp.h"

#include <algorithm>
#include <chrono>

namespace portcullis::k8s {
namespace {

// Removes the text that `shape` describes from the front of `text`: '0' stands for any digit, other
// characters for themselves.
std::optional<std::string_view> take(std::string_view& text, std::string_view shape) {
  const auto head = text.substr(0, shape.size());
  const bool fits = std::equal(
      head.begin(), head.end(), shape.begin(), shape.end(),
      [](char c, char expected) { return expected == '0' ? c >= '0' && c <= '9' : c == expected; });
  if (!fits) return std::nullopt;
  text.remove_prefix(shape.size());
  return head;
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto date = take(text, "0000-00-00");
  if (!date) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year(number(date->substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(number(date->substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(number(date->substr(8, 2))))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::optional<std::chrono::minutes> take_hours_and_minutes(std::string_view& text) {
  const auto time = take(text, "00:00");
  if (!time) return std::nullopt;
  const int hours = number(time->substr(0, 2));
  const int minutes = number(time->substr(3, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::minutes(hours * 60 + minutes);
}

bool take_fraction(std::string_view& text) {
  if (!take(text, ".")) return true;
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, "Z")) return std::chrono::minutes(0);
  const bool east = take(text, "+").has_value();
  if (!east && !take(text, "-")) return std::nullopt;
  const auto offset = take_hours_and_minutes(text);
  if (!offset || east) return offset;
  return -*offset;
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "T")) return std::nullopt;
  const auto time = take_hours_and_minutes(text);
  const auto seconds = take(text, ":00");
  if (!time || !seconds || !take_fraction(text)) return std::nullopt;
  const auto offset = take_offset(text);
  const int second = number(seconds->substr(1));
  if (!offset || !text.empty() || second > 59) return std::nullopt;
  const std::chrono::sys_seconds moment = *date + *time - *offset + std::chrono::seconds(second);
  return moment.time_since_epoch().count();
}

}  // namespace portcullis::k8s
