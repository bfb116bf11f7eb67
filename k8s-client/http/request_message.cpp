#include "k8s-client/http/request_message.h"

#include <string>

#include "k8s-client/access/base64.h"
#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

namespace http = boost::beast::http;

constexpr int kHttp11 = 11;

void authorize_at_proxy(Message& message, const Url& proxy) {
  if (proxy.user.empty()) return;
  message.set(http::field::proxy_authorization,
              "Basic " + encode_base64(proxy.user + ':' + proxy.password));
}

}  // namespace

Message tunnel_request(const Route& route) {
  Message message(http::verb::connect, authority(route.server), kHttp11);
  message.set(http::field::host, authority(route.server));
  authorize_at_proxy(message, *route.proxy);
  return message;
}

// Without a tunnel, a proxy needs the absolute target (RFC 9112, section 3.2.2).
Message message_for(const HttpRequest& request, bool tunnelled) {
  const Route& route = request.route;
  std::string target = route.server.path + request.target;
  const bool is_absolute = route.proxy && !tunnelled;
  if (is_absolute) target.insert(0, route.server.scheme + "://" + authority(route.server));
  const auto verb = request.json.empty() ? http::verb::get : http::verb::post;
  Message message(verb, target, kHttp11, request.json);
  for (const auto& [name, value] : request.fields) message.insert(name, value);
  message.set(http::field::accept_encoding, request.accepts_gzip ? "gzip" : "identity");
  if (verb == http::verb::post) message.set(http::field::content_type, "application/json");
  message.prepare_payload();
  if (is_absolute) authorize_at_proxy(message, *route.proxy);
  return message;
}

}  // namespace portcullis::k8s
