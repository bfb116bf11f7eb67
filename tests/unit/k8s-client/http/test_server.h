#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process/loop_thread.h"
#include "tests/support/tls/certificate_authority.h"

namespace portcullis::k8s::test {

// What the server has seen of a connection. Fields after a failed handshake stay empty.
struct Seen {
  std::string server_name;  // SNI
  std::string client;       // the common name of its certificate
  std::string target;
  std::multimap<std::string, std::string> header;  // names as they came

  std::string field(const std::string& name) const;
};

// An HTTP server on an ephemeral port of one address, with TLS if it has a certificate. It answers
// one request per connection with 200 and closes it.
class TestServer {
 public:
  explicit TestServer(std::optional<portcullis::test::Certificate> certificate,
                      std::string client_ca = {}, const std::string& address = "127.0.0.1");

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Of "https" or "http".
  std::string url(const std::string& host) const;

  // The connections since then, oldest first; waits for pending ones.
  std::vector<Seen> seen() const;
  Seen last() const;

 private:
  void accept();
  Seen serve(boost::asio::ip::tcp::socket& socket) const;
  Seen serve_tls(boost::asio::ip::tcp::socket& socket) const;

  const std::optional<portcullis::test::Certificate> certificate_;
  const std::string client_ca_;
  mutable boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<Seen> seen_;  // on the loop's thread
  portcullis::test::LoopThread loop_;
};

}  // namespace portcullis::k8s::test
