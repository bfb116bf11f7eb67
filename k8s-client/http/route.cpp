#include "k8s-client/http/route.h"

#include <utility>

#include "k8s-client/http/proxy.h"

namespace portcullis::k8s {

Route Route::through(const boost::asio::ip::address& address) const {
  Route route = *this;
  (route.proxy ? *route.proxy : route.server).host = address.to_string();
  return route;
}

Result<Route> route_to(const ClusterAccess& access, const Environment& environment) {
  auto server = parse_url(access.server);
  if (!server) {
    return failure(ErrorCode::kInvalidInput,
                   access.origin + ": the server " + access.server + " is not a URL");
  }
  Route route{std::move(*server)};
  const auto text = access.proxy.empty() ? proxy_for(access.server, environment) : access.proxy;
  if (text.empty()) return route;
  route.proxy = parse_url(text);
  if (route.proxy && route.proxy->scheme == "http") return route;
  const auto name =
      route.proxy ? route.proxy->scheme + "://" + authority(*route.proxy) : "of this URL";
  return failure(ErrorCode::kUnsupported,
                 access.origin + ": the proxy " + name +
                     " cannot be used: only http:// proxies are supported; change proxy-url or "
                     "HTTPS_PROXY, or add the server to NO_PROXY");
}

}  // namespace portcullis::k8s
