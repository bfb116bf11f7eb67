#include "daemon/http/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>

namespace portcullis {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using StreamProtocol = asio::generic::stream_protocol;
using ErrorCodeOfAsio = boost::system::error_code;

constexpr std::chrono::milliseconds kPauseAfterError{100};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(StreamProtocol::socket socket, std::shared_ptr<const HttpServer::Service> service)
      : stream_(std::move(socket)), service_(std::move(service)) {
    parser_.header_limit(service_->longest_header);
    parser_.body_limit(0);
  }

  void start() {
    stream_.expires_after(service_->patience);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](const ErrorCodeOfAsio& error, std::size_t) {
                       error ? self->refuse(error) : self->answer();
                     });
  }

  void end() { stream_.close(); }

  // A flood of silent connections must not end one whose request has just arrived.
  enum class Stage : std::uint8_t { kSilent, kReading, kAnswering };
  Stage stage() {
    if (answering_) return Stage::kAnswering;
    ErrorCodeOfAsio ignored;
    const bool has_spoken =
        parser_.got_some() || buffer_.size() > 0 || stream_.socket().available(ignored) > 0;
    return has_spoken ? Stage::kReading : Stage::kSilent;
  }

 private:
  void answer() {
    answering_ = true;
    const auto& request = parser_.get();
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return respond(
          {.status = 405, .body = "only GET is served\n", .fields = {{"Allow", "GET, HEAD"}}});
    }
    stream_.expires_never();
    service_->answer(std::string(request.target()), [self = shared_from_this()](HttpReply reply) {
      self->respond(std::move(reply));
    });
  }

  // An invalid request gets an answer; a closed or silent connection is dropped.
  void refuse(const ErrorCodeOfAsio& error) {
    const bool is_parsed = error.category() == http::make_error_code(http::error{}).category();
    if (is_parsed && error != http::error::end_of_stream)
      respond({400, "not a valid HTTP request\n"});
  }

  void respond(HttpReply reply) {
    response_.result(reply.status);
    response_.set(http::field::content_type, reply.type);
    for (const auto& [name, value] : reply.fields) response_.insert(name, value);
    response_.keep_alive(false);
    response_.body() = std::move(reply.body);
    response_.prepare_payload();
    if (parser_.get().method() == http::verb::head) response_.body().clear();
    stream_.expires_after(service_->patience);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const ErrorCodeOfAsio&, std::size_t) {});
  }

  beast::basic_stream<StreamProtocol> stream_;
  const std::shared_ptr<const HttpServer::Service> service_;
  bool answering_ = false;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

class HttpServer::Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(asio::io_context& io, StreamProtocol protocol, int listening, Service service)
      : acceptor_(io, protocol, listening),
        pause_(io),
        service_(std::make_shared<const Service>(std::move(service))) {}

  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](const ErrorCodeOfAsio& error, StreamProtocol::socket peer) {
          if (!self->acceptor_.is_open()) return;
          if (error) return self->accept_later();
          if (!self->service_->admits || self->service_->admits(peer.native_handle())) {
            self->serve(std::move(peer));
          }
          self->accept();
        });
  }

  bool is_listening() {
    int listening = 0;
    socklen_t size = sizeof listening;
    return acceptor_.is_open() &&
           ::getsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) ==
               0 &&
           listening != 0;
  }

  void close() {
    ErrorCodeOfAsio ignored;
    acceptor_.close(ignored);
    pause_.cancel(ignored);
  }

 private:
  void serve(StreamProtocol::socket peer) {
    std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
    if (sessions_.size() == service_->connections) make_room();
    const auto session = std::make_shared<Session>(std::move(peer), service_);
    sessions_.push_back(session);
    session->start();
  }

  void make_room() {
    auto victim = sessions_.begin();
    auto least = Session::Stage::kAnswering;
    for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
      const auto session = each->lock();
      const auto stage = session ? session->stage() : Session::Stage::kSilent;
      if (stage >= least) continue;
      victim = each;
      least = stage;
      if (least == Session::Stage::kSilent) break;
    }
    if (const auto session = victim->lock()) session->end();
    sessions_.erase(victim);
  }

  // Most likely out of descriptors: retrying at once would spin.
  void accept_later() {
    pause_.expires_after(kPauseAfterError);
    pause_.async_wait([self = shared_from_this()](const ErrorCodeOfAsio& error) {
      if (!error && self->acceptor_.is_open()) self->accept();
    });
  }

  asio::basic_socket_acceptor<StreamProtocol> acceptor_;
  asio::steady_timer pause_;
  const std::shared_ptr<const Service> service_;
  std::deque<std::weak_ptr<Session>> sessions_;  // the oldest first
};

HttpServer::HttpServer(asio::io_context& io, StreamProtocol protocol, int listening,
                       Service service)
    : acceptor_(std::make_shared<Acceptor>(io, protocol, listening, std::move(service))) {
  acceptor_->accept();
}

HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer::~HttpServer() {
  if (acceptor_) acceptor_->close();
}

bool HttpServer::is_listening() const { return acceptor_ && acceptor_->is_listening(); }

}  // namespace portcullis
