#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/credentials.h"
#include "k8s-client/http/route.h"
#include "k8s-client/http/tls.h"

namespace web::http {
class http_headers;
namespace client {
class http_client_config;
}
}  // namespace web::http

namespace portcullis::k8s {

// A name may be repeated.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// The header of a request: Host, Authorization, and impersonation.
HeaderFields header_fields(const ClusterAccess& access, const Identity& identity);

// cpprestsdk's settings for an access. Include <cpprest/http_client.h> where they are used.

// The configuration of a client of the server: its proxy, and TLS as set_up_tls() sets it up, again
// for each connection, so that rotated certificates are followed. Redirects are not followed, as
// they would leak the credentials. Timeouts are up to the caller.
//
// `credentials` is called on the thread that makes a connection: the one that sends a request, or
// one of cpprestsdk's. Its failures leave the request as an exception with a readable what(). The
// reason for a rejected certificate is in `refusal`, which may be null.
web::http::client::http_client_config client_config(const ClusterAccess& access,
                                                    std::shared_ptr<Credentials> credentials,
                                                    const Route& route,
                                                    std::shared_ptr<Refusal> refusal = nullptr);

// The base URL for the client. Its requests then need the header below, since the URL may have an
// address instead of the server's name, and an IPv6 address without brackets, which is the only
// form that cpprestsdk resolves.
std::string client_url(const Route& route);

web::http::http_headers to_headers(const HeaderFields& fields);

}  // namespace portcullis::k8s
