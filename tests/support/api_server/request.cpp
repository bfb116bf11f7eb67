#include "tests/support/api_server/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

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

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    if (end > start) parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

void parse_query(std::string_view text, Request& request) {
  for (const std::string& part : split(text, '&')) {
    const auto equals = std::min(part.find('='), part.size());
    const auto value = std::string_view(part).substr(std::min(equals + 1, part.size()));
    request.query[decode(std::string_view(part).substr(0, equals))] = decode(value);
  }
}

std::optional<Resource> resource_of(const std::string& prefix, const std::string& plural) {
  for (const Resource resource : kResources) {
    if (prefix == info(resource).prefix && plural == info(resource).plural) return resource;
  }
  return std::nullopt;
}

// [namespaces NAMESPACE] PLURAL [NAME [SUBRESOURCE]]
void parse_resource(const std::string& prefix, std::vector<std::string> parts, Request& request) {
  if (parts.size() >= 3 && parts[0] == "namespaces") {
    const auto inside = resource_of(prefix, parts[2]);
    if (inside && info(*inside).namespaced) {
      request.ns = parts[1];
      parts.erase(parts.begin(), parts.begin() + 2);
    }
  }
  if (parts.empty() || parts.size() > 3) return;
  request.resource = resource_of(prefix, parts[0]);
  if (!request.resource) return;
  if (parts.size() > 1) request.name = parts[1];
  if (parts.size() > 2) request.subresource = parts[2];
}

void parse_path(Request& request) {
  for (const std::string prefix : {"/api/v1", "/apis/networking.k8s.io/v1"}) {
    if (request.path.rfind(prefix + "/", 0) == 0) {
      parse_resource(prefix, split(std::string_view(request.path).substr(prefix.size()), '/'),
                     request);
    }
  }
}

bool is_true(const std::string& parameter) {
  return !parameter.empty() && parameter != "0" && parameter != "false";
}

Verb verb_of(const Request& request) {
  if (!request.resource) return Verb::kOther;
  const bool one = !request.name.empty();
  if (request.method == "GET") {
    if (one) return Verb::kGet;
    return is_true(request.parameter("watch")) ? Verb::kWatch : Verb::kList;
  }
  if (request.method == "POST") return Verb::kCreate;
  if (request.method == "PUT") return Verb::kUpdate;
  if (request.method == "PATCH") return Verb::kPatch;
  if (request.method == "DELETE") return one ? Verb::kDelete : Verb::kDeleteCollection;
  return Verb::kOther;
}

}  // namespace

const char* to_string(Verb verb) {
  constexpr std::array kNames = {
      "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "other"};
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

Key Request::key() const { return {resource.value(), ns, name}; }

Request parse_request(std::string method, std::string target) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  request.path = decode(std::string_view(request.target).substr(0, mark));
  if (mark < request.target.size()) {
    parse_query(std::string_view(request.target).substr(mark + 1), request);
  }
  parse_path(request);
  request.verb = verb_of(request);
  return request;
}

}  // namespace portcullis::test::api
