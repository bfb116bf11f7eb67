#include "tests/unit/k8s-client/http/test_proxy.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>

namespace portcullis::k8s::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Tunnel {
  tcp::socket client;
  tcp::socket server;
};

// Copies from one end to the other until the first ends, then closes both.
void copy(std::shared_ptr<Tunnel> tunnel, tcp::socket Tunnel::*from, tcp::socket Tunnel::*to) {
  auto bytes = std::make_shared<std::array<char, 4096>>();
  auto& source = (*tunnel).*from;
  source.async_read_some(asio::buffer(*bytes), [=](error_code error, std::size_t size) {
    if (!error) asio::write((*tunnel).*to, asio::buffer(*bytes, size), error);
    if (!error) return copy(tunnel, from, to);
    error_code ignored;
    tunnel->client.close(ignored);
    tunnel->server.close(ignored);
  });
}

}  // namespace

TestProxy::TestProxy(std::uint16_t port, std::string added)
    : port_(port),
      added_(std::move(added)),
      acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      loop_((accept(), io_)) {}

std::string TestProxy::authority() const {
  return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

std::vector<std::string> TestProxy::heads() const {
  std::promise<std::vector<std::string>> promise;
  asio::post(io_, [&] { promise.set_value(heads_); });
  return promise.get_future().get();
}

void TestProxy::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket client) {
    if (error) return;
    heads_.push_back(tunnel(std::move(client)));
    accept();
  });
}

std::string TestProxy::tunnel(tcp::socket client) {
  std::string head;
  error_code error;
  asio::read_until(client, asio::dynamic_buffer(head), "\r\n\r\n", error);
  tcp::socket server(io_);
  if (!error) server.connect({asio::ip::address_v4::loopback(), port_}, error);
  if (error) return head;
  asio::write(client, asio::buffer("HTTP/1.1 200 OK\r\n\r\n" + added_), error);
  auto ends = std::make_shared<Tunnel>(Tunnel{std::move(client), std::move(server)});
  copy(ends, &Tunnel::client, &Tunnel::server);
  copy(ends, &Tunnel::server, &Tunnel::client);
  return head;
}

}  // namespace portcullis::k8s::test
