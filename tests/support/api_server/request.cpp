#include "tests/support/api_server/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace portcullis::test::api {
namespace {

std::string decode(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(&text[at + 1], &text[at + 1] + 2, byte, 16).ec == std::errc()) {
      result += static_cast<char>(byte);
      at += 2;
    } else {
      result += text[at] == '+' ? ' ' : text[at];
    }
  }
  return result;
}

std::map<std::string, std::string> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('&', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    const std::size_t equals = std::min(part.find('='), part.size());
    query[decode(part.substr(0, equals))] = decode(part.substr(std::min(equals + 1, part.size())));
    start = end + 1;
  }
  return query;
}

bool is_true(const std::string& parameter) {
  return !parameter.empty() && parameter != "0" && parameter != "false";
}

}  // namespace

const char* to_string(Verb verb) {
  constexpr std::array kNames = {"list", "watch", "other"};
  return kNames[static_cast<std::size_t>(verb)];
}

std::string Request::parameter(const std::string& key) const {
  const auto found = query.find(key);
  return found == query.end() ? "" : found->second;
}

std::string Request::field(const std::string& lower_case_name) const {
  const auto found = fields.find(lower_case_name);
  return found == fields.end() ? "" : found->second;
}

std::optional<std::uint64_t> Request::number(const std::string& key) const {
  const std::string text = parameter(key);
  return text.empty() ? 0 : parse_number(text);
}

Request parse_request(std::string method, std::string_view target) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  Request request{.method = std::move(method), .path = decode(target.substr(0, mark))};
  request.query = parse_query(target.substr(std::min(mark + 1, target.size())));
  if (request.method != "GET") return request;
  for (const Resource resource : kResources) {
    if (request.path != info(resource).path) continue;
    request.resource = resource;
    request.verb = is_true(request.parameter("watch")) ? Verb::kWatch : Verb::kList;
  }
  return request;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

}  // namespace portcullis::test::api
