#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portcullis::k8s {

// A URL (RFC 3986) with a host.
struct Url {
  std::string scheme;    // in lower case
  std::string user;      // decoded
  std::string password;  // decoded
  std::string host;      // in lower case; an IPv6 address without its brackets
  // The scheme's default if the text has none: 443 for https, 1080 for socks5, else 80.
  std::uint16_t port = 0;
  std::string path;        // encoded, without slashes at its end: "" or "/prefix"
  bool has_query = false;  // or a fragment
  bool has_port = false;   // in the text

  bool operator==(const Url&) const = default;
};

// Nothing if it is not a URL or has no host.
std::optional<Url> parse_url(std::string_view text);

// "host:port", an IPv6 address in brackets.
std::string authority(const Url& url);

// The value of the Host field: the authority, without a port if the URL's text has none (RFC 9110,
// section 7.2).
std::string host_field(const Url& url);

// A value in a query, percent-encoded.
std::string encode_query_value(const std::string& value);

// This host: localhost, 127.0.0.0/8 or ::1.
bool is_loopback(const Url& url);

}  // namespace portcullis::k8s
