#include "tests/support/api_server/transport.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <type_traits>
#include <utility>

namespace portcullis::test::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

auto when_done(Transport::Done done) {
  return [done = std::move(done)](const Error& error, std::size_t) { done(!error); };
}

template <typename Stream>
class StreamTransport : public Transport {
 public:
  StreamTransport(std::shared_ptr<asio::ssl::context> context, Stream stream)
      : context_(std::move(context)), stream_(std::move(stream)) {}

  void handshake(Done done) override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_handshake(TlsStream::server,
                              [done = std::move(done)](const Error& error) { done(!error); });
    } else {
      done(true);
    }
  }

  void read(boost::beast::flat_buffer& buffer, Parser& parser, Done done) override {
    http::async_read(stream_, buffer, parser, when_done(std::move(done)));
  }

  void read_some(asio::mutable_buffer buffer, std::function<void(std::size_t)> done) override {
    stream_.async_read_some(buffer, [done = std::move(done)](const Error& error, std::size_t size) {
      done(error ? 0 : size);
    });
  }

  void write(asio::const_buffer bytes, Done done) override {
    asio::async_write(stream_, bytes, when_done(std::move(done)));
  }

  tcp::socket& socket() override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  Stream stream_;
};

}  // namespace

std::shared_ptr<Transport> plain_transport(tcp::socket socket) {
  return std::make_shared<StreamTransport<tcp::socket>>(nullptr, std::move(socket));
}

std::shared_ptr<Transport> tls_transport(tcp::socket socket,
                                         std::shared_ptr<asio::ssl::context> context) {
  TlsStream stream(std::move(socket), *context);
  return std::make_shared<StreamTransport<TlsStream>>(std::move(context), std::move(stream));
}

std::shared_ptr<asio::ssl::context> tls_context(const std::string& certificate,
                                                const std::string& key) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->use_certificate_chain(asio::buffer(certificate));
  context->use_private_key(asio::buffer(key), asio::ssl::context::pem);
  return context;
}

}  // namespace portcullis::test::api
