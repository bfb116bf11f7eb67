#include "k8s-client/http/proxy.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "compiler/base/address.h"
#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

struct Target {
  std::string host;  // in lower case
  std::string port;
  std::optional<Address> address;
};

std::string variable(const Environment& environment, std::string name) {
  for (const bool lower : {false, true}) {
    if (lower) std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

// None if the text is not an address. An IPv4-mapped address (RFC 4291, 2.5.5.2) becomes IPv4.
std::optional<Address> address_in(std::string_view text) {
  const auto address = parse_address(text);
  if (!address) return std::nullopt;
  if (address->family == Family::kIpv6 && address->value >> 32 == 0xffff) {
    return Address{Family::kIpv4, address->value & 0xffffffff};
  }
  return *address;
}

bool is_this_host(const Target& target) {
  if (target.host == "localhost") return true;
  if (!target.address) return false;
  if (target.address->family == Family::kIpv6) return target.address->value == 1;
  return target.address->value >> 24 == 127;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes ":port" from an entry of NO_PROXY, and the brackets around an IPv6 address.
std::string_view take_port(std::string_view& entry) {
  const auto colon = entry.rfind(':');
  const bool bracketed = entry.starts_with('[');
  std::string_view port;
  if (colon != std::string_view::npos &&
      (bracketed ? entry[colon - 1] == ']' : entry.find(':') == colon)) {
    port = entry.substr(colon + 1);
    entry = entry.substr(0, colon);
  }
  if (bracketed && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  return port;
}

bool is_in_domain(std::string_view host, std::string_view domain) {
  if (domain.starts_with("*.")) domain.remove_prefix(1);
  if (domain.starts_with('.')) return host.ends_with(domain);
  return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

// `entry` is in lower case.
bool names(std::string_view entry, const Target& target) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) {
    const auto block = parse_cidr(entry);
    return block && target.address && block->contains(*target.address);
  }
  const auto port = take_port(entry);
  if (entry.empty() || (!port.empty() && port != target.port)) return false;
  if (const auto address = address_in(entry)) return address == target.address;
  return is_in_domain(target.host, entry);
}

bool is_excepted(std::string list, const Target& target) {
  std::transform(list.begin(), list.end(), list.begin(), ::tolower);
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto entry = trim(rest.substr(0, comma));
    if (!entry.empty() && names(entry, target)) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::string proxy_for(std::string_view server_url, const Environment& environment) {
  const auto server = parse_url(server_url);
  if (!server) return {};
  const auto proxy =
      variable(environment, server->scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY");
  const Target target{server->host, std::to_string(server->port), address_in(server->host)};
  if (proxy.empty() || is_this_host(target)) return {};
  if (is_excepted(variable(environment, "NO_PROXY"), target)) return {};
  return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

}  // namespace portcullis::k8s
