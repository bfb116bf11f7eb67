#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "k8s-client/http/tls.h"

namespace portcullis::k8s {

// Makes every client connection of the context request `name` and accept only a certificate for it,
// from the authorities that the context trusts. False if out of memory.
bool check_server(SSL_CTX* context, const std::string& name, std::shared_ptr<Refusal> refusal);

}  // namespace portcullis::k8s
