#include "k8s-client/http/transport_error.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

bool is_end(const error_code& error) {
  return error == asio::error::eof || error == asio::error::connection_reset ||
         error == asio::error::broken_pipe || error == asio::error::connection_aborted ||
         error == asio::ssl::error::stream_truncated || error == http::error::end_of_stream ||
         error == http::error::partial_message;
}

std::string tls_failure(const error_code& error, const std::string& refusal) {
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && !refusal.empty()) return refusal;
  // Its first bytes have no version of TLS; a server of another version sends an alert instead.
  if (reason == SSL_R_WRONG_VERSION_NUMBER) return "the server does not speak TLS";
  return "TLS failed: " + error.message();
}

}  // namespace

std::string describe_failure(const error_code& error, const std::string& peer,
                             const std::string& refusal) {
  if (is_end(error)) return "connection closed by " + peer;
  if (error.category() == asio::error::get_ssl_category()) return tls_failure(error, refusal);
  if (error == http::error::bad_version || error == http::error::bad_status) {
    return peer + " does not speak HTTP";
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return "the header of the response, of a chunk, or its trailer is too long";
  }
  return error == asio::error::connection_refused ? "connection refused" : error.message();
}

}  // namespace portcullis::k8s
