#include "tests/support/gateway/gateway.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>
#include <limits>
#include <utility>

namespace portcullis::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kPiece = 4096;
constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();

bool is_watch(const http::request<http::string_body>& request) {
  return request.target().find("watch=true") != boost::beast::string_view::npos;
}

std::string head_of(Framing framing, unsigned status) {
  const std::string encoding =
      framing == Framing::kCompressed ? "Content-Encoding: gzip\r\n" : std::string();
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nContent-Type: application/json\r\nConnection: close\r\n" + encoding + "\r\n";
}

}  // namespace

class Gateway::Registered {
 public:
  Registered(Gateway& gateway, Socket& socket) : gateway_(gateway), socket_(socket) {
    const std::lock_guard lock(gateway_.mutex_);
    gateway_.open_.insert(&socket_);
    if (gateway_.ending_) ::shutdown(socket_.native_handle(), SHUT_RDWR);
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  ~Registered() {
    const std::lock_guard lock(gateway_.mutex_);
    gateway_.open_.erase(&socket_);
  }

 private:
  Gateway& gateway_;
  Socket& socket_;
};

Gateway::Gateway(std::uint16_t server_port, Framing framing)
    : server_port_(server_port),
      framing_(framing),
      acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      acceptance_([this] { accept(); }) {}

Gateway::~Gateway() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    for (auto* socket : open_) ::shutdown(socket->native_handle(), SHUT_RDWR);
  }
  acceptance_.join();
  for (auto& connection : connections_) connection.join();
}

std::string Gateway::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void Gateway::accept() {
  error_code error;
  while (true) {
    Socket client(io_);
    acceptor_.accept(client, error);
    if (error) return;
    connections_.emplace_back(
        [this, socket = std::move(client)]() mutable { serve(std::move(socket)); });
  }
}

void Gateway::serve(Socket client) {
  const Registered open(*this, client);
  boost::beast::flat_buffer buffer;
  error_code error;
  while (!error) {
    http::request<http::string_body> request;
    http::read(client, buffer, request, error);
    if (error) return;
    Socket server(io_);
    server.connect({asio::ip::address_v4::loopback(), server_port_}, error);
    if (error) return;
    const Registered open_too(*this, server);
    http::write(server, request, error);
    if (is_watch(request)) return pass_watch(client, server);
    boost::beast::flat_buffer answered;
    http::response_parser<http::string_body> answer;
    answer.body_limit(kUnlimited);
    http::read(server, answered, answer, error);
    if (error) return;
    auto message = answer.release();
    message.chunked(false);
    message.prepare_payload();
    http::write(client, message, error);
  }
}

void Gateway::pass_watch(Socket& client, Socket& server) {
  boost::beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> answer;
  answer.body_limit(kUnlimited);
  error_code error;
  http::read_header(server, buffer, answer, error);
  std::string held = head_of(framing_, answer.get().result_int());
  const bool passes = framing_ == Framing::kUnchunked || framing_ == Framing::kCompressed;
  std::array<char, kPiece> piece{};
  if (framing_ != Framing::kHeldBack)
    asio::write(client, asio::buffer(std::exchange(held, {})), error);
  while (!error && !answer.is_done()) {
    answer.get().body().data = piece.data();
    answer.get().body().size = piece.size();
    http::read_some(server, buffer, answer, error);
    if (error == http::error::need_buffer) error = {};
    held.append(piece.data(), piece.size() - answer.get().body().size);
    if (passes && !error) asio::write(client, asio::buffer(std::exchange(held, {})), error);
  }
  if (answer.is_done()) asio::write(client, asio::buffer(held), error);
  ::shutdown(client.native_handle(), SHUT_RDWR);
}

}  // namespace portcullis::test
