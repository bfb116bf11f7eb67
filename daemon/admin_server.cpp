#include "daemon/admin_server.h"

#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <utility>

#include "daemon/admin_socket.h"

namespace portcullis {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::local::stream_protocol;
using ErrorCodeOfAsio = boost::system::error_code;

constexpr std::chrono::seconds kPatience{30};      // with a client that sends or reads nothing
constexpr std::uint32_t kLongestHeader = 1 << 20;  // a question may name many namespaces

// One request, one response, and the connection is closed.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Protocol::socket socket, AdminServer::Answer answer)
      : stream_(std::move(socket)), answer_(std::move(answer)) {
    parser_.header_limit(kLongestHeader);
    parser_.body_limit(0);
  }

  void start() {
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](const ErrorCodeOfAsio& error, std::size_t) {
                       if (!error) self->answer();
                     });
  }

 private:
  void answer() {
    const auto& request = parser_.get();
    if (request.method() != http::verb::get) return respond({405, "only GET is served\n"});
    stream_.expires_never();
    answer_(std::string(request.target()),
            [self = shared_from_this()](AdminReply reply) { self->respond(std::move(reply)); });
  }

  void respond(AdminReply reply) {
    response_.result(reply.status);
    response_.set(http::field::content_type, "text/plain; charset=utf-8");
    if (reply.negative) response_.set(AdminServer::kNegativeField, "1");
    if (!reply.remark.empty()) response_.set(AdminServer::kRemarkField, reply.remark);
    response_.keep_alive(false);
    response_.body() = std::move(reply.body);
    response_.prepare_payload();
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const ErrorCodeOfAsio&, std::size_t) {});
  }

  beast::basic_stream<Protocol> stream_;
  AdminServer::Answer answer_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct AdminServer::Impl : std::enable_shared_from_this<AdminServer::Impl> {
  Impl(asio::io_context& io, int fd, std::string socket_path, Answer answer_requests)
      : acceptor(io, Protocol(), fd),
        pause(io),
        path(std::move(socket_path)),
        answer(std::move(answer_requests)) {}

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](const ErrorCodeOfAsio& error, Protocol::socket peer) {
          if (!self->acceptor.is_open()) return;
          if (error) return self->accept_later();
          if (peer_is_trusted(peer.native_handle())) {
            std::make_shared<Session>(std::move(peer), self->answer)->start();
          }
          self->accept();
        });
  }

  // Out of descriptors, most likely: trying at once would spin.
  void accept_later() {
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([self = shared_from_this()](const ErrorCodeOfAsio& error) {
      if (!error && self->acceptor.is_open()) self->accept();
    });
  }

  Protocol::acceptor acceptor;
  asio::steady_timer pause;
  const std::string path;
  const Answer answer;
};

AdminServer::AdminServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::AdminServer(AdminServer&&) noexcept = default;

AdminServer::~AdminServer() {
  if (!impl_) return;
  // In this order: what stands at the path after the close may be a successor's.
  unlink(impl_->path.c_str());
  ErrorCodeOfAsio ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel(ignored);
}

Result<AdminServer> AdminServer::open(asio::io_context& io, const std::string& path,
                                      Answer answer) {
  return listen_for_root(path).map([&](int fd) {
    auto impl = std::make_shared<Impl>(io, fd, path, std::move(answer));
    impl->accept();
    return AdminServer(std::move(impl));
  });
}

}  // namespace portcullis
