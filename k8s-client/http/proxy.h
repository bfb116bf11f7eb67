#pragma once

#include <string>
#include <string_view>

#include "k8s-client/access/cluster_access.h"

namespace portcullis::k8s {

// The URL of the proxy that the environment sets for a server, or "": HTTPS_PROXY, or HTTP_PROXY
// for a server without TLS, unless the server is this host or NO_PROXY names it. Interpreted as Go
// programs do (https://pkg.go.dev/golang.org/x/net/http/httpproxy): each variable also in lower
// case, if the upper one is empty. A proxy without a scheme uses http.
std::string proxy_for(std::string_view server_url, const Environment& environment);

}  // namespace portcullis::k8s
