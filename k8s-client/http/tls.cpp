#include "k8s-client/http/tls.h"

#include <boost/asio/ssl/context.hpp>

#include "k8s-client/access/text_file.h"
#include "k8s-client/access/url.h"
#include "k8s-client/http/server_check.h"

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string place_of(const Secret& secret) {
  return secret.file.empty() ? "" : " (" + secret.file + ')';
}

tl::unexpected<Error> bad_pem(const std::string& what, const error_code& error) {
  return failure(ErrorCode::kInvalidInput, what + " cannot be used: " + error.message() +
                                               "; it must be PEM, and a key without a password");
}

Result<void> trust(asio::ssl::context& context, const ClusterAccess& access) {
  SSL_CTX_set_cert_store(context.native_handle(), X509_STORE_new());
  error_code error;
  if (access.ca.empty()) {
    context.set_default_verify_paths(error);
    if (error) return bad_pem("the system's certificate authorities", error);
    return {};
  }
  const auto ca = read_secret(access.ca, "the certificate authority");
  if (!ca) return tl::unexpected(ca.error());
  context.add_certificate_authority(asio::buffer(*ca), error);
  if (error) return bad_pem("the certificate authority" + place_of(access.ca), error);
  return {};
}

Result<void> identify(asio::ssl::context& context, const ClusterAccess& access,
                      const Identity& identity) {
  if (identity.client_certificate.empty()) return {};
  error_code error;
  // Otherwise the library would prompt on the terminal.
  context.set_password_callback([](auto, auto) { return std::string(); }, error);
  context.use_certificate_chain(asio::buffer(identity.client_certificate), error);
  if (error) {
    return bad_pem("the client certificate" + place_of(access.client_certificate), error);
  }
  context.use_private_key(asio::buffer(identity.client_key), asio::ssl::context::pem, error);
  if (error) return bad_pem("the client key" + place_of(access.client_key), error);
  return {};
}

std::string server_name(const ClusterAccess& access) {
  if (!access.tls_server_name.empty()) return access.tls_server_name;
  const auto url = parse_url(access.server);
  auto host = url ? url->host : std::string();
  if (host.ends_with('.')) host.pop_back();  // no certificate has it
  return host;
}

Result<void> set_up(asio::ssl::context& context, const ClusterAccess& access,
                    const Identity& identity, std::shared_ptr<Refusal> refusal) {
  const auto name = server_name(access);
  if (name.empty()) return failure(ErrorCode::kInvalidInput, access.server + " names no server");
  auto* handle = context.native_handle();
  if (SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION) != 1 ||
      !check_server(handle, name, std::move(refusal))) {
    return failure(ErrorCode::kIo, "TLS cannot be set up");
  }
  const auto trusted = trust(context, access);
  return trusted ? identify(context, access, identity) : trusted;
}

}  // namespace

Result<void> set_up_tls(asio::ssl::context& context, const ClusterAccess& access,
                        const Identity& identity, std::shared_ptr<Refusal> refusal) {
  const auto done = set_up(context, access, identity, std::move(refusal));
  if (done) return done;
  return failure(done.error().code, access.origin + ": " + done.error().message);
}

}  // namespace portcullis::k8s
