#include "k8s-client/decode/timestamp.h"

#include <chrono>
#include <regex>
#include <string>

namespace portcullis::k8s {

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  // The digits of a fraction are limited, because std::regex recurses for each. It is never
  // destroyed: workers may still read while the process exits.
  static const auto& form = *new std::regex(R"((\d{4})-(\d\d)-(\d\d))"
                                            R"(T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,30})?)"
                                            R"((?:Z|([+-])([01]\d|2[0-3]):([0-5]\d)))");
  std::cmatch part;
  if (!std::regex_match(text.data(), text.data() + text.size(), part, form)) return std::nullopt;
  const auto number = [&](std::size_t i) { return part[i].matched ? std::stoi(part[i]) : 0; };
  const auto date = std::chrono::year(number(1)) / number(2) / number(3);
  if (!date.ok()) return std::nullopt;
  const auto time = std::chrono::hours(number(4)) + std::chrono::minutes(number(5)) +
                    std::chrono::seconds(number(6));
  const auto offset = std::chrono::hours(number(8)) + std::chrono::minutes(number(9));
  const auto moment = std::chrono::sys_days(date) + time - (part[7] == "-" ? -offset : offset);
  return moment.time_since_epoch().count();
}

}  // namespace portcullis::k8s
