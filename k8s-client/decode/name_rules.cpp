#include "k8s-client/decode/name_rules.h"

#include <algorithm>

namespace portcullis::k8s {
namespace {

constexpr std::size_t kMaxDnsLabel = 63;
constexpr std::size_t kMaxDnsSubdomain = 253;
constexpr std::size_t kMaxLabelName = 63;
constexpr std::size_t kMaxPortName = 15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

// Lower case letters, digits and dashes; no dash at the ends.
bool is_dashed_word(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_label_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelName && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= kMaxDnsLabel && is_dashed_word(text);
}

bool is_dns_subdomain(std::string_view text) {
  if (text.size() > kMaxDnsSubdomain) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_dashed_word(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_label_key(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return is_label_name(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_label_name(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_label_name(text); }

bool is_port_name(std::string_view text) {
  return text.size() <= kMaxPortName && is_dashed_word(text) &&
         text.find("--") == std::string_view::npos &&
         std::any_of(text.begin(), text.end(), is_lower);
}

std::string lower_case_letters(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') letters += c;
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
  }
  return letters;
}

bool is_at_most_one_typo_apart(std::string_view left, std::string_view right) {
  const auto start = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  left.remove_prefix(static_cast<std::size_t>(start.first - left.begin()));
  right.remove_prefix(static_cast<std::size_t>(start.second - right.begin()));
  const auto end = std::mismatch(left.rbegin(), left.rend(), right.rbegin(), right.rend());
  left.remove_suffix(static_cast<std::size_t>(end.first - left.rbegin()));
  right.remove_suffix(static_cast<std::size_t>(end.second - right.rbegin()));
  if (left.size() <= 1 && right.size() <= 1) return true;
  return left.size() == 2 && right.size() == 2 && left[0] == right[1] && left[1] == right[0];
}

}  // namespace portcullis::k8s
