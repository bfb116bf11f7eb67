#pragma once

#include <memory>
#include <string>

#include "compiler/result.h"
#include "k8s-client/cluster_access.h"
#include "k8s-client/credentials.h"
#include "k8s-client/tls.h"

namespace web::http {
class http_headers;
namespace client {
class http_client_config;
}
}  // namespace web::http

// What cpprestsdk must be told for an access. Include <cpprest/http_client.h> where it is used.
namespace portcullis::k8s {

// The configuration of a client of the server: its proxy (the access's own, else the environment's)
// and TLS as set_up_tls() has it, anew with each connection, so that rotated certificates are
// followed. Redirects are not followed, as they would take the credentials elsewhere. Timeouts are
// the caller's.
//
// `credentials` is asked on the thread that makes a
// connection, which is the one that sends a request or one of cpprestsdk's own. What fails there
// comes out of the request as an exception with a readable what(). Why a certificate was refused is
// in `refusal`, which may be null.
//
// kUnsupported: a proxy that cpprestsdk cannot use; only those that speak plain HTTP will do.
[[nodiscard]] Result<web::http::client::http_client_config> client_config(
    const ClusterAccess& access, std::shared_ptr<Credentials> credentials,
    const Environment& environment, std::shared_ptr<Refusal> refusal = nullptr);

// The base URL to make the client with: the access's server, except that cpprestsdk resolves an
// IPv6 address only without its brackets. Its requests must have the header below then.
std::string client_url(const ClusterAccess& access, const Environment& environment);

// The header of a request: Host, Authorization, and whom to impersonate.
web::http::http_headers request_headers(const ClusterAccess& access, const Identity& identity);

}  // namespace portcullis::k8s
