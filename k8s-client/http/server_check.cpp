#include "k8s-client/http/server_check.h"

#include <openssl/x509v3.h>

#include "compiler/base/address.h"
#include "k8s-client/http/certificate_refusal.h"

namespace portcullis::k8s {
namespace {

struct Expected {
  std::string name;
  bool is_address = false;
  std::shared_ptr<Refusal> refusal;
};

void free_expected(void*, void* expected, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Expected*>(expected);
}

// Where a context keeps the expected name, as long as any connection has the context.
int slot() {
  static const int kSlot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_expected);
  return kSlot;
}

const Expected& expected_of(const SSL* connection) {
  return *static_cast<const Expected*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), slot()));
}

bool demand_name(X509_VERIFY_PARAM* demands, const Expected& expected) {
  if (expected.is_address) {
    return X509_VERIFY_PARAM_set1_ip_asc(demands, expected.name.c_str()) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(
      demands, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(demands, expected.name.c_str(), expected.name.size()) == 1;
}

std::string reason(X509_STORE_CTX* verification, const Expected& expected) {
  return why_refused(X509_STORE_CTX_get_error(verification),
                     X509_STORE_CTX_get_current_cert(verification),
                     X509_STORE_CTX_get0_cert(verification), expected.name);
}

// Replaces the library's own verification, so that the callback of the connection, which expects
// another name, is not called.
int verify(X509_STORE_CTX* verification, void*) {
  const auto* connection = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto& expected = expected_of(connection);
  X509_STORE_CTX_set_verify_cb(verification,
                               [](int verified, X509_STORE_CTX*) { return verified; });
  auto* demands = X509_STORE_CTX_get0_param(verification);
  X509_VERIFY_PARAM_set_flags(demands, X509_V_FLAG_PARTIAL_CHAIN);
  const bool good = demand_name(demands, expected) && X509_verify_cert(verification) == 1;
  if (expected.refusal) expected.refusal->set(good ? "" : reason(verification, expected));
  return good ? 1 : 0;
}

// The library makes the connection; its handshake is our first hook. SNI must not contain an
// address (RFC 6066, section 3).
void ask_for_name(const SSL* connection, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  const auto& expected = expected_of(connection);
  const char* name = expected.is_address ? nullptr : expected.name.c_str();
  SSL_set_tlsext_host_name(const_cast<SSL*>(connection), name);
}

}  // namespace

bool check_server(SSL_CTX* context, const std::string& name, std::shared_ptr<Refusal> refusal) {
  auto expected = std::make_unique<Expected>(
      Expected{name, parse_address(name).has_value(), std::move(refusal)});
  if (SSL_CTX_set_ex_data(context, slot(), expected.get()) != 1) return false;
  static_cast<void>(expected.release());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  SSL_CTX_set_info_callback(context, ask_for_name);
  return true;
}

}  // namespace portcullis::k8s
