#include "tests/support/kube/api_client.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace portcullis::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

struct ApiClient::Connection {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> stream{io, tls};
  beast::flat_buffer buffer;
};

namespace {

// By the server, which had nothing else to say meanwhile.
bool is_closed(tcp::socket& socket) {
  char byte = 0;
  return recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

}  // namespace

ApiClient::ApiClient(Setup setup) : setup_(std::move(setup)) {}
ApiClient::~ApiClient() = default;

std::unique_ptr<ApiClient::Connection> ApiClient::connect() const {
  auto connection = std::make_unique<Connection>();
  auto& stream = connection->stream;
  boost::system::error_code error;
  setup_.network->run([&] {
    stream.next_layer().connect({asio::ip::make_address(setup_.address), setup_.port}, error);
  });
  if (error) return nullptr;
  stream.next_layer().set_option(tcp::no_delay(true));
  connection->tls.load_verify_file(setup_.ca_file, error);
  if (error) return nullptr;
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(setup_.address));
  stream.handshake(asio::ssl::stream_base::client, error);
  return error ? nullptr : std::move(connection);
}

HttpAnswer ApiClient::request(const std::string& method, const std::string& path,
                              const std::string& body, const std::string& type) {
  const bool usable = connection_ && !is_closed(connection_->stream.next_layer());
  if (!usable) connection_ = connect();
  if (!connection_) return {};
  http::request<http::string_body> request(http::string_to_verb(method), path, 11, body);
  request.set(http::field::host, setup_.address);
  request.set(http::field::authorization, "Bearer " + setup_.token);
  if (!body.empty()) request.set(http::field::content_type, type);
  request.prepare_payload();
  http::response_parser<http::string_body> response;
  response.body_limit(boost::none);
  beast::error_code error;
  http::write(connection_->stream, request, error);
  if (!error) http::read(connection_->stream, connection_->buffer, response, error);
  if (error || !response.get().keep_alive()) connection_.reset();
  if (error) return {};
  return {static_cast<int>(response.get().result_int()), response.get().body()};
}

void ApiClient::follow(const std::string& path, const std::stop_token& stop,
                       const std::function<void(std::string_view)>& visit) const {
  const auto connection = connect();
  if (!connection) return;
  auto& stream = connection->stream;
  const std::stop_callback interrupt(
      stop, [&] { shutdown(stream.next_layer().native_handle(), SHUT_RDWR); });
  http::request<http::empty_body> request(http::verb::get, path, 11);
  request.set(http::field::host, setup_.address);
  request.set(http::field::authorization, "Bearer " + setup_.token);
  beast::error_code error;
  http::write(stream, request, error);
  std::string text;
  while (!error) {
    const auto size = asio::read_until(stream, asio::dynamic_buffer(text), '\n', error);
    if (!error) visit(std::string_view(text).substr(0, size));
    text.erase(0, size);
  }
}

}  // namespace portcullis::test
