#include "tests/unit/k8s-client/http/test_server.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <future>

namespace portcullis::k8s::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Reads one request into `seen` and answers it.
template <class Stream>
void answer(Stream& stream, Seen& seen) {
  boost::beast::flat_buffer buffer;
  http::request<http::string_body> request;
  error_code error;
  http::read(stream, buffer, request, error);
  if (error) return;
  seen.target = std::string(request.target());
  for (const auto& field : request) {
    seen.header.emplace(field.name_string(), field.value());
  }
  http::response<http::string_body> response(http::status::ok, request.version());
  response.body() = "hello";
  response.keep_alive(false);
  response.prepare_payload();
  http::write(stream, response, error);
}

std::string common_name(SSL* connection) {
  X509* certificate = SSL_get1_peer_certificate(connection);
  if (certificate == nullptr) return {};
  char text[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof(text));
  X509_free(certificate);
  return text;
}

}  // namespace

std::string Seen::field(const std::string& name) const {
  const auto found = header.find(name);
  return found == header.end() ? std::string() : found->second;
}

TestServer::TestServer(std::optional<portcullis::test::Certificate> certificate,
                       std::string client_ca, const std::string& address)
    : certificate_(std::move(certificate)),
      client_ca_(std::move(client_ca)),
      acceptor_(io_, {asio::ip::make_address(address), 0}),
      loop_((accept(), io_)) {}

std::string TestServer::url(const std::string& host) const {
  return (certificate_ ? "https://" : "http://") + host + ':' + std::to_string(port());
}

std::vector<Seen> TestServer::seen() const {
  std::promise<std::vector<Seen>> promise;
  asio::post(io_, [&] { promise.set_value(seen_); });
  return promise.get_future().get();
}

Seen TestServer::last() const {
  const auto all = seen();
  return all.empty() ? Seen{} : all.back();
}

void TestServer::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) return;
    seen_.push_back(certificate_ ? serve_tls(socket) : serve(socket));
    accept();
  });
}

Seen TestServer::serve(tcp::socket& socket) const {
  Seen seen;
  answer(socket, seen);
  return seen;
}

Seen TestServer::serve_tls(tcp::socket& socket) const {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain(asio::buffer(certificate_->certificate));
  context.use_private_key(asio::buffer(certificate_->key), asio::ssl::context::pem);
  if (!client_ca_.empty()) {
    context.add_certificate_authority(asio::buffer(client_ca_));
    context.set_verify_mode(asio::ssl::verify_peer);
  }
  asio::ssl::stream<tcp::socket&> stream(socket, context);
  Seen seen;
  error_code error;
  stream.handshake(asio::ssl::stream_base::server, error);
  const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
  seen.server_name = name == nullptr ? "" : name;
  if (error) return seen;
  seen.client = common_name(stream.native_handle());
  answer(stream, seen);
  stream.shutdown(error);
  return seen;
}

}  // namespace portcullis::k8s::test
