#include "k8s-client/access/url.h"

#include <cpprest/base_uri.h>

#include <limits>

#include "compiler/base/address.h"

namespace portcullis::k8s {
namespace {

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  return scheme.starts_with("socks5") ? 1080 : 80;
}

// The library treats a non-numeric port as part of the host.
bool is_host(std::string_view host, bool bracketed) {
  return !host.empty() && (bracketed || host.find(':') == std::string_view::npos);
}

std::string in_brackets(const Url& url) {
  return url.host.find(':') == std::string::npos ? url.host : '[' + url.host + ']';
}

std::optional<Url> convert(const web::uri& uri) {
  Url url;
  url.scheme = uri.scheme();
  url.host = uri.host();
  const bool bracketed = url.host.starts_with('[') && url.host.ends_with(']');
  if (bracketed) url.host = url.host.substr(1, url.host.size() - 2);
  if (!is_host(url.host, bracketed)) return std::nullopt;
  if (uri.port() > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  url.has_port = uri.port() > 0;
  url.port = url.has_port ? static_cast<std::uint16_t>(uri.port()) : default_port(url.scheme);
  const std::string& user_info = uri.user_info();
  const auto colon = user_info.find(':');
  url.user = web::uri::decode(user_info.substr(0, colon));
  if (colon != std::string::npos) url.password = web::uri::decode(user_info.substr(colon + 1));
  url.path = uri.path();
  while (url.path.ends_with('/')) url.path.pop_back();
  url.has_query = !uri.query().empty() || !uri.fragment().empty();
  return url;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (text.find("://") == std::string_view::npos) return std::nullopt;
  try {
    return convert(web::uri(std::string(text)));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string authority(const Url& url) { return in_brackets(url) + ':' + std::to_string(url.port); }

std::string host_field(const Url& url) { return url.has_port ? authority(url) : in_brackets(url); }

std::string encode_query_value(const std::string& value) {
  return web::uri::encode_data_string(value);
}

bool is_loopback(const Url& url) {
  if (url.host == "localhost") return true;
  const auto address = parse_address(url.host);
  if (!address) return false;
  return address->family == Family::kIpv6 ? address->value == 1 : address->value >> 24 == 127;
}

}  // namespace portcullis::k8s
