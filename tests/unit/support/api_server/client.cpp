#include "tests/unit/support/api_server/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <limits>

namespace portcullis::test::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kDeadline{20};

http::request<http::string_body> to_message(const Ask& question) {
  http::request<http::string_body> message(http::verb::get, question.target, 11);
  message.method_string(question.method);
  message.set(http::field::host, "localhost");
  for (const auto& [name, value] : question.fields) message.set(name, value);
  message.body() = question.body;
  message.prepare_payload();
  return message;
}

std::chrono::milliseconds left(Clock::time_point end) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()),
                  std::chrono::milliseconds(0));
}

}  // namespace

Answer ask(std::uint16_t port, const Ask& question) {
  try {
    asio::io_context io;
    beast::tcp_stream stream(io);
    stream.connect({asio::ip::make_address("127.0.0.1"), port});
    http::write(stream, to_message(question));
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    http::read(stream, buffer, parser);
    Answer answer{parser.get().result_int(), parser.get().body(), {}};
    for (const auto& field : parser.get()) {
      answer.fields[std::string(field.name_string())] = std::string(field.value());
    }
    return answer;
  } catch (const boost::system::system_error&) {
    return {};
  }
}

Answer get(std::uint16_t port, const std::string& target) {
  return ask(port, Ask{.method = "GET", .target = target});
}

RawClient::RawClient(std::uint16_t port, const std::string& target) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
    return;
  }
  ask(target);
}

void RawClient::ask(const std::string& target) {
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
}

RawClient::~RawClient() {
  if (fd_ >= 0) close(fd_);
}

bool RawClient::connected() const { return fd_ >= 0; }

RawClient::State RawClient::read_some(std::chrono::milliseconds patience) {
  pollfd poll_for{fd_, POLLIN, 0};
  if (poll(&poll_for, 1, static_cast<int>(patience.count())) == 0) return State::kOpen;
  std::array<char, 1U << 16> bytes{};
  const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
  if (size == 0) return State::kClosed;
  if (size < 0) return State::kReset;
  ++reads_;
  received_.append(bytes.data(), static_cast<std::size_t>(size));
  return State::kOpen;
}

bool RawClient::read_until(const std::string& text) {
  const auto end = Clock::now() + kDeadline;
  while (received_.find(text) == std::string::npos) {
    if (left(end).count() == 0 || read_some(left(end)) != State::kOpen) {
      return received_.find(text) != std::string::npos;
    }
  }
  return true;
}

RawClient::State RawClient::read_to_end() { return read_for(kDeadline); }

RawClient::State RawClient::read_for(std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  State state = State::kOpen;
  while (state == State::kOpen && left(end).count() > 0) state = read_some(left(end));
  return state;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace portcullis::test::api
