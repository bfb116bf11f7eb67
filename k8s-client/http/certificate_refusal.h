#pragma once

#include <openssl/x509.h>

#include <string>

namespace portcullis::k8s {

// Describes what is wrong with a server's certificate: `error` is an X509_V_ERR_*, `blamed` the
// certificate in its chain that the error is about (may be null), `shown` the server's own,
// `expected` the name or address that it must be for.
std::string why_refused(int error, X509* blamed, X509* shown, const std::string& expected);

}  // namespace portcullis::k8s
