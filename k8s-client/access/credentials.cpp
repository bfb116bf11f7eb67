#include "k8s-client/access/credentials.h"

#include <algorithm>
#include <utility>

#include "k8s-client/access/base64.h"
#include "k8s-client/access/exec_plugin.h"
#include "k8s-client/access/text_file.h"
#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

// A pending request must not outlive its credential.
constexpr std::chrono::seconds kRenewBefore{10};

bool is_fresh(const ExecCredential& credential) {
  if (!credential.expiration) return true;
  // In seconds, which can hold any year.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return std::chrono::seconds(*credential.expiration) - kRenewBefore > now.time_since_epoch();
}

bool uses_tls(const ClusterAccess& access) {
  const auto url = parse_url(access.server);
  return url && url->scheme == "https";
}

bool has_basic(const ClusterAccess& access) {
  return !access.username.empty() || !access.password.empty();
}

bool uses_plugin(const ClusterAccess& access) {
  return access.exec && access.token.empty() && access.client_certificate.empty() &&
         !has_basic(access);
}

std::string trim(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// RFC 6750, section 2.1. Anything else could inject another header field.
Result<std::string> bearer(const std::string& text) {
  const auto token = trim(text);
  if (token.empty()) return failure(ErrorCode::kInvalidInput, "the token is empty");
  const bool visible =
      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (visible) return "Bearer " + token;
  return failure(ErrorCode::kInvalidInput, "the token has characters that no token may have");
}

Result<std::string> authorization_of(const ClusterAccess& access) {
  if (has_basic(access)) return "Basic " + encode_base64(access.username + ':' + access.password);
  if (access.token.empty()) return std::string();
  return read_secret(access.token, "the token").and_then(bearer);
}

}  // namespace

Credentials::Credentials(ClusterAccess access, std::chrono::milliseconds exec_limit)
    : access_(std::move(access)), exec_limit_(exec_limit) {}

Result<Identity> Credentials::get(const std::atomic<bool>& cancelled) {
  if (cancelled || !uses_tls(access_)) return Identity{};
  auto identity = uses_plugin(access_) ? from_plugin(cancelled) : read();
  if (identity) return identity;
  return failure(identity.error().code, access_.origin + ": " + identity.error().message);
}

Result<Identity> Credentials::read() const {
  auto authorization = authorization_of(access_);
  if (!authorization) return tl::unexpected(authorization.error());
  auto certificate = read_secret(access_.client_certificate, "the client certificate");
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_secret(access_.client_key, "the client key");
  if (!key) return tl::unexpected(key.error());
  return Identity{std::move(*authorization), std::move(*certificate), std::move(*key)};
}

Result<Identity> Credentials::from_plugin(const std::atomic<bool>& cancelled) {
  const std::lock_guard lock(mutex_);
  if (cancelled) return Identity{};
  if (rejected_.exchange(false) || (credential_ && !is_fresh(*credential_))) credential_.reset();
  if (!credential_) {
    auto credential = run_plugin();
    if (!credential) return tl::unexpected(credential.error());
    credential_ = std::move(*credential);
  }
  Identity identity{"", credential_->certificate, credential_->key};
  if (credential_->token.empty()) return identity;
  auto authorization = bearer(credential_->token);
  if (!authorization) return tl::unexpected(authorization.error());
  identity.authorization = std::move(*authorization);
  return identity;
}

Result<ExecCredential> Credentials::run_plugin() const {
  std::string ca;
  if (access_.exec->wants_cluster_info) {
    auto text = read_secret(access_.ca, "the certificate authority");
    if (!text) return tl::unexpected(text.error());
    ca = std::move(*text);
  }
  const auto output = run_exec_plugin(*access_.exec, exec_info(access_, ca), exec_limit_);
  if (!output) {
    return failure(output.error().code, "credential plugin: " + output.error().message);
  }
  auto credential = parse_exec_credential(*output, access_.exec->api_version);
  if (credential) return credential;
  return failure(credential.error().code, "what the credential plugin " + access_.exec->command +
                                              " printed: " + credential.error().message);
}

}  // namespace portcullis::k8s
