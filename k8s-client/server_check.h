#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "k8s-client/tls.h"

namespace portcullis::k8s {

// Makes every client connection of the context ask for `name` and accept only a certificate for it,
// by the authorities that the context trusts. False if there is no memory.
bool check_server(SSL_CTX* context, const std::string& name, std::shared_ptr<Refusal> refusal);

}  // namespace portcullis::k8s
