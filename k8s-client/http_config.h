#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8s-client/cluster_access.h"
#include "k8s-client/credentials.h"
#include "k8s-client/route.h"
#include "k8s-client/tls.h"

namespace web::http {
class http_headers;
namespace client {
class http_client_config;
}
}  // namespace web::http

namespace portcullis::k8s {

// A name may stand more than once.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// The header of a request: Host, Authorization, and whom to impersonate.
HeaderFields header_fields(const ClusterAccess& access, const Identity& identity);

// What cpprestsdk must be told for an access. Include <cpprest/http_client.h> where it is used.

// The configuration of a client of the server: its proxy, and TLS as set_up_tls() has it, anew with
// each connection, so that rotated certificates are followed. Redirects are not followed, as they
// would take the credentials elsewhere. Timeouts are the caller's.
//
// `credentials` is asked on the thread that makes a connection, which is the one that sends a
// request or one of cpprestsdk's own. What fails there comes out of the request as an exception
// with a readable what(). Why a certificate was refused is in `refusal`, which may be null.
web::http::client::http_client_config client_config(const ClusterAccess& access,
                                                    std::shared_ptr<Credentials> credentials,
                                                    const Route& route,
                                                    std::shared_ptr<Refusal> refusal = nullptr);

// The base URL to make the client with. Its requests must have the header below then, as the URL
// may have an address where the server has a name, and one of IPv6 without its brackets, since
// cpprestsdk resolves it only so.
std::string client_url(const Route& route);

web::http::http_headers to_headers(const HeaderFields& fields);

}  // namespace portcullis::k8s
