#include "tests/support/api_server/loop.h"

#include "tests/support/api_server/connection.h"

namespace portcullis::test::api {

using boost::asio::ip::tcp;

Server::Loop::Loop(const Setup& setup) : core_(setup), reserved_(core_.io), thread_(core_.io) {}

Server::Loop::~Loop() {
  run([this](Core&) { stop(); });
}

std::uint16_t Server::Loop::reserve(const std::string& address, std::uint16_t port) {
  const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
  reserved_.open(endpoint.protocol());
  reserved_.set_option(tcp::socket::reuse_address(true));
  reserved_.bind(endpoint);
  return reserved_.local_endpoint().port();
}

void Server::Loop::listen() {
  acceptor_.emplace(core_.io, reserved_.local_endpoint());
  accept();
}

void Server::Loop::stop() {
  acceptor_.reset();
  unread_.clear();
  for (const auto& connection : open_connections(core_)) {
    connection->close(fault::Ending::kReset);
  }
}

void Server::Loop::accept() {
  acceptor_->async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted || !acceptor_) return;
    if (!error) serve(std::move(socket));
    accept();
  });
}

void Server::Loop::serve(tcp::socket socket) {
  if (ignored_) return unread_.push_back(std::move(socket));
  socket.set_option(tcp::no_delay(true));
  auto transport =
      core_.tls ? tls_transport(std::move(socket), core_.tls) : plain_transport(std::move(socket));
  const auto connection = std::make_shared<Connection>(core_, std::move(transport));
  std::erase_if(core_.connections, [](const auto& weak) { return weak.expired(); });
  core_.connections.push_back(connection);
  connection->start();
}

std::vector<std::shared_ptr<Connection>> open_connections(Core& core) {
  std::vector<std::shared_ptr<Connection>> open;
  for (const auto& weak : core.connections) {
    if (auto connection = weak.lock(); connection && connection->open()) {
      open.push_back(std::move(connection));
    }
  }
  return open;
}

}  // namespace portcullis::test::api
