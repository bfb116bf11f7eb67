#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace portcullis::test::api {

// One connection's bytes, with or without TLS. Operations complete on the io_context's thread; one
// read and one write may be pending.
class Transport {
 public:
  using Done = std::function<void(bool ok)>;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  virtual ~Transport() = default;

  virtual void handshake(Done done) = 0;
  virtual void read(boost::beast::flat_buffer& buffer, Parser& parser, Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer buffer,
                         std::function<void(std::size_t)> done) = 0;  // 0: the client is gone
  virtual void write(boost::asio::const_buffer bytes, Done done) = 0;

  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

std::shared_ptr<Transport> plain_transport(boost::asio::ip::tcp::socket socket);
std::shared_ptr<Transport> tls_transport(boost::asio::ip::tcp::socket socket,
                                         std::shared_ptr<boost::asio::ssl::context> context);

// PEM texts: the certificate (chain) and its key. Throws if OpenSSL cannot read them.
std::shared_ptr<boost::asio::ssl::context> tls_context(const std::string& certificate,
                                                       const std::string& key);

}  // namespace portcullis::test::api
