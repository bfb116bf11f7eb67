#include "k8s-client/http/transport_error.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr const char* kClosed = "connection closed by the server";
constexpr const char* kRefusal = "certificate not trusted: issuer CN=Other CA";

int tls_code(int reason) { return static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason)); }

TEST(TransportError, EveryEndOfAConnectionIsCalledOne) {
  const error_code ends[] = {asio::error::eof,           asio::error::connection_reset,
                             asio::error::broken_pipe,   asio::ssl::error::stream_truncated,
                             http::error::end_of_stream, http::error::partial_message};
  for (const auto& end : ends) EXPECT_EQ(describe_failure(end, "the server", ""), kClosed) << end;
  EXPECT_EQ(describe_failure(ends[0], "the proxy", ""), "connection closed by the proxy");
}

TEST(TransportError, ACertificateIsRefusedForItsReason) {
  ASSERT_EQ(OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr), 1);  // as a connection does
  const error_code refused(tls_code(SSL_R_CERTIFICATE_VERIFY_FAILED),
                           asio::error::get_ssl_category());
  EXPECT_EQ(describe_failure(refused, "the server", kRefusal), kRefusal);
  const error_code other(tls_code(SSL_R_UNSUPPORTED_PROTOCOL), asio::error::get_ssl_category());
  EXPECT_EQ(
      describe_failure(other, "the server", kRefusal).rfind("TLS failed: unsupported protocol", 0),
      0U);
  const error_code no_tls(tls_code(SSL_R_WRONG_VERSION_NUMBER), asio::error::get_ssl_category());
  EXPECT_EQ(describe_failure(no_tls, "the server", ""), "the server does not speak TLS");
}

TEST(TransportError, OthersKeepTheSystemsWords) {
  EXPECT_EQ(describe_failure(asio::error::connection_refused, "the server", ""),
            "connection refused");
  EXPECT_EQ(describe_failure(asio::error::network_unreachable, "the server", ""),
            "Network is unreachable");
  EXPECT_EQ(describe_failure(http::error::bad_version, "the server", ""),
            "the server does not speak HTTP");
}

}  // namespace
}  // namespace portcullis::k8s
