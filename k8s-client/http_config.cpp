#include "k8s-client/http_config.h"

#include <cpprest/http_client.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "k8s-client/proxy.h"
#include "k8s-client/url.h"

namespace portcullis::k8s {
namespace {

using web::http::client::http_client_config;

std::string proxy_of(const ClusterAccess& access, const Environment& environment) {
  return access.proxy.empty() ? proxy_for(access.server, environment) : access.proxy;
}

bool is_ipv6(const Url& url) { return url.host.find(':') != std::string::npos; }

// cpprestsdk takes what is before the last colon for the host, and resolves it as it is.
std::string without_brackets(const Url& url) {
  return url.scheme + "://" + url.host + ':' + std::to_string(url.port) + url.path;
}

Result<web::web_proxy> read_proxy(const std::string& text) {
  const auto url = parse_url(text);
  if (!url || url->scheme != "http") {
    const auto name = url ? url->scheme + "://" + authority(*url) : std::string("of this URL");
    return failure(ErrorCode::kUnsupported,
                   "the proxy " + name +
                       " cannot be used: only http:// proxies are supported; "
                       "change proxy-url or HTTPS_PROXY, or add the server to NO_PROXY");
  }
  web::web_proxy proxy{
      web::uri(without_brackets({url->scheme, "", "", url->host, url->port, "", false}))};
  if (!url->user.empty()) proxy.set_credentials({url->user, url->password});
  return proxy;
}

// Exceptions are the only way out of the library's callback.
void set_up_or_throw(boost::asio::ssl::context& context, const ClusterAccess& access,
                     Credentials& credentials, const std::shared_ptr<Refusal>& refusal) {
  const auto done = credentials.get().and_then(
      [&](const Identity& identity) { return set_up_tls(context, access, identity, refusal); });
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace

Result<http_client_config> client_config(const ClusterAccess& access,
                                         std::shared_ptr<Credentials> credentials,
                                         const Environment& environment,
                                         std::shared_ptr<Refusal> refusal) {
  http_client_config config;
  if (const auto text = proxy_of(access, environment); !text.empty()) {
    auto proxy = read_proxy(text);
    if (!proxy) {
      return failure(proxy.error().code, access.origin + ": " + proxy.error().message);
    }
    config.set_proxy(std::move(*proxy));
  }
  config.set_max_redirects(0);
  config.set_tlsext_sni_enabled(false);  // set_up_tls() does it
  config.set_ssl_context_callback(
      [access, credentials = std::move(credentials),
       refusal = std::move(refusal)](boost::asio::ssl::context& context) {
        set_up_or_throw(context, access, *credentials, refusal);
      });
  return config;
}

std::string client_url(const ClusterAccess& access, const Environment& environment) {
  const auto url = parse_url(access.server);
  const bool direct = proxy_of(access, environment).empty();
  return url && is_ipv6(*url) && direct ? without_brackets(*url) : access.server;
}

web::http::http_headers request_headers(const ClusterAccess& access, const Identity& identity) {
  web::http::http_headers headers;
  if (const auto url = parse_url(access.server)) headers.add("Host", authority(*url));
  if (!identity.authorization.empty()) headers.add("Authorization", identity.authorization);
  for (const auto& [name, value] : access.impersonation) {
    // The library has one value for each name, the server wants one line for each value.
    auto& lines = headers[name];
    if (!lines.empty()) lines.append("\r\n").append(name).append(": ");
    lines += value;
  }
  return headers;
}

}  // namespace portcullis::k8s
