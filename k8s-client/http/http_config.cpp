#include "k8s-client/http/http_config.h"

#include <cpprest/http_client.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

using web::http::client::http_client_config;

// cpprestsdk treats the text before the last colon as the host, and resolves it verbatim.
std::string without_brackets(const Url& url) {
  return url.scheme + "://" + url.host + ':' + std::to_string(url.port) + url.path;
}

web::web_proxy to_web_proxy(const Url& url) {
  Url host_alone = url;
  host_alone.path.clear();
  web::web_proxy proxy{web::uri(without_brackets(host_alone))};
  if (!url.user.empty()) proxy.set_credentials({url.user, url.password});
  return proxy;
}

// Only an exception can end the library's callback.
void set_up_or_throw(boost::asio::ssl::context& context, const ClusterAccess& access,
                     Credentials& credentials, const std::shared_ptr<Refusal>& refusal) {
  const auto done = credentials.get().and_then(
      [&](const Identity& identity) { return set_up_tls(context, access, identity, refusal); });
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace

http_client_config client_config(const ClusterAccess& access,
                                 std::shared_ptr<Credentials> credentials, const Route& route,
                                 std::shared_ptr<Refusal> refusal) {
  http_client_config config;
  if (route.proxy) config.set_proxy(to_web_proxy(*route.proxy));
  config.set_max_redirects(0);
  config.set_tlsext_sni_enabled(false);  // set_up_tls() does it
  config.set_ssl_context_callback(
      [access, credentials = std::move(credentials),
       refusal = std::move(refusal)](boost::asio::ssl::context& context) {
        set_up_or_throw(context, access, *credentials, refusal);
      });
  return config;
}

std::string client_url(const Route& route) {
  const auto& server = route.server;
  if (!route.proxy) return without_brackets(server);
  return server.scheme + "://" + authority(server) + server.path;
}

HeaderFields header_fields(const ClusterAccess& access, const Identity& identity) {
  HeaderFields fields;
  if (const auto url = parse_url(access.server)) fields.emplace_back("Host", host_field(*url));
  if (!identity.authorization.empty()) fields.emplace_back("Authorization", identity.authorization);
  fields.insert(fields.end(), access.impersonation.begin(), access.impersonation.end());
  return fields;
}

web::http::http_headers to_headers(const HeaderFields& fields) {
  web::http::http_headers headers;
  for (const auto& [name, value] : fields) {
    // The library has one value per name, the server expects one line per value.
    auto& lines = headers[name];
    if (!lines.empty()) lines.append("\r\n").append(name).append(": ");
    lines += value;
  }
  return headers;
}

}  // namespace portcullis::k8s
