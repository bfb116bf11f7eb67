#include "k8s-client/http/http_stream.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "k8s-client/access/url.h"
#include "k8s-client/http/gunzip.h"
#include "k8s-client/http/request_message.h"
#include "k8s-client/http/transport_error.h"

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kStepLimit{10};     // to connect, to a tunnel, and for a handshake
constexpr std::uint32_t kLongestHead = 1U << 16U;  // bytes
constexpr std::size_t kLongestLine = 2 * kLongestHead;  // of chunks and trailers too
constexpr std::size_t kTlsRecord = 1U << 14U;           // bytes: no more comes at once with TLS
constexpr int kMostInterim = 8;                         // responses (1xx) before the final one
constexpr const char* kServer = "the server";

// Without a limit, Beast 1.74 rejects bodies with a length.
constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();

class HttpStream : public std::enable_shared_from_this<HttpStream> {
 public:
  HttpStream(const asio::any_io_executor& executor, HttpRequest request,
             std::shared_ptr<asio::ssl::context> context, std::shared_ptr<Refusal> refusal,
             std::shared_ptr<HttpReceiver> receiver)
      : request_(std::move(request)),
        context_(std::move(context)),
        refusal_(std::move(refusal)),
        receiver_(std::move(receiver)),
        tcp_(executor),
        message_(message_for(request_, context_ != nullptr)) {
    if (context_) tls_.emplace(tcp_, *context_);
    buffer_.reserve(kTlsRecord);  // what is read at once; 512 bytes otherwise
  }

  void start() {
    asio::post(tcp_.get_executor(), [self = shared_from_this()] { self->connect(); });
  }

  void cancel() {
    asio::post(tcp_.get_executor(), [self = shared_from_this()] {
      self->end(Error{ErrorCode::kIo, "the request was cancelled"});
    });
  }

 private:
  using Step = void (HttpStream::*)();

  // Continues with `next` if the step succeeded.
  auto then(Step next) {
    return [self = shared_from_this(), next](const error_code& error, auto...) {
      if (self->ended()) return;
      error ? self->fail(error) : ((*self).*next)();
    };
  }

  void limit(std::chrono::seconds step) {
    limit_ = std::min(step, request_.idle_limit);
    tcp_.expires_after(limit_);
  }

  void connect() {
    if (ended()) return;
    limit(kStepLimit);
    const bool tunnels = request_.route.proxy && tls_;
    const Step next = tunnels ? &HttpStream::ask_for_tunnel : &HttpStream::shake_hands;
    tcp_.async_connect(request_.endpoint, then(next));
  }

  void ask_for_tunnel() {
    limit(kStepLimit);
    tunnel_message_ = tunnel_request(request_.route);
    http::async_write(tcp_, tunnel_message_, then(&HttpStream::await_tunnel));
  }

  void await_tunnel() {
    limit(kStepLimit);
    tunnel_parser_.skip(true);  // the rest after the head is the server's
    http::async_read_header(tcp_, tunnel_buffer_, tunnel_parser_, then(&HttpStream::enter_tunnel));
  }

  // The server waits for our handshake, so nothing of it can already be here.
  void enter_tunnel() {
    const auto code = tunnel_parser_.get().result_int();
    if (code / 100 != 2) {
      return end(Error{ErrorCode::kIo, "the proxy refused to connect: " + std::to_string(code) +
                                           ' ' + std::string(tunnel_parser_.get().reason())});
    }
    if (tunnel_buffer_.size() > 0) {
      return end(Error{ErrorCode::kIo, "the proxy sent data of its own into the tunnel"});
    }
    peer_ = kServer;
    shake_hands();
  }

  void shake_hands() {
    if (!tls_) return ask();
    limit(kStepLimit);
    tls_->async_handshake(asio::ssl::stream_base::client, then(&HttpStream::ask));
  }

  void ask() {
    limit(request_.idle_limit);
    on_stream([&](auto& stream) { http::async_write(stream, message_, then(&HttpStream::await)); });
  }

  void await() {
    parser_.emplace();
    parser_->body_limit(kUnlimited);
    parser_->header_limit(kLongestHead);
    limit(request_.idle_limit);
    on_stream([&](auto& stream) {
      http::async_read_header(stream, buffer_, *parser_, then(&HttpStream::take_head));
    });
  }

  void take_head() {
    const auto& head = parser_->get();
    if (head.result_int() / 100 == 1) {
      if (++interim_ <= kMostInterim) return await();
      return end(Error{ErrorCode::kIo, "the server keeps sending interim responses (1xx)"});
    }
    const auto encoding = head[http::field::content_encoding];
    const bool is_gzip = beast::iequals(encoding, "gzip") || beast::iequals(encoding, "x-gzip");
    if (request_.accepts_gzip && is_gzip) {
      gunzip_.emplace();
    } else if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
      return end(Error{ErrorCode::kIo, "the body is compressed (" + std::string(encoding) +
                                           "), which was not requested: is there a proxy?"});
    }
    const auto taken = receiver_->take_head(
        {.code = static_cast<int>(head.result_int()),
         .retry_after = parse_retry_after(std::string(head[http::field::retry_after])),
         .content_type = std::string(head[http::field::content_type])});
    taken ? read() : end(taken.error());
  }

  // Parses what was read. Beast's own functions for that return to the executor after each chunk.
  void read() {
    while (!parser_->is_done()) {
      if (buffer_.size() == 0) return fill();
      auto& body = parser_->get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      error_code error;
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error && error != http::error::need_buffer && error != http::error::need_more) {
        return fail(error);
      }
      const auto size = piece_.size() - body.size;
      if (size > 0 && !take({piece_.data(), size})) return;
      if (size == 0 && error == http::error::need_more) return fill();
    }
    finish();
  }

  void fill() {
    const auto room = std::min(kTlsRecord, buffer_.max_size() - buffer_.size());
    if (room == 0) return fail(http::error::buffer_overflow);
    limit(request_.idle_limit);
    on_stream([&](auto& stream) {
      stream.async_read_some(buffer_.prepare(room), [self = shared_from_this()](
                                                        const error_code& error, std::size_t size) {
        if (!self->ended()) self->take_bytes(error, size);
      });
    });
  }

  void take_bytes(error_code error, std::size_t size) {
    buffer_.commit(size);
    if (error == asio::error::eof) parser_->put_eof(error);
    error ? fail(error) : read();
  }

  // Whether there is more to read.
  bool take(std::string_view bytes) {
    if (!gunzip_) return pass(bytes);
    gunzip_->give(bytes);
    for (;;) {
      const auto text = gunzip_->read();
      if (!text) end(text.error());
      if (!text || text->empty()) return text.has_value();
      if (!pass(*text)) return false;
    }
  }

  bool pass(std::string_view bytes) {
    const bool more = receiver_->take(bytes);
    if (!more) end(std::nullopt);
    return more;
  }

  void finish() {
    const bool torn = gunzip_ && !gunzip_->complete();
    end(torn ? std::optional(Error{ErrorCode::kIo, "the compressed body is not complete"})
             : std::nullopt);
  }

  void fail(const error_code& error) {
    if (error == beast::error::timeout) return end(silence(limit_));
    end(Error{ErrorCode::kIo, describe_failure(error, peer_, refusal_->reason())});
  }

  // Pending handlers see that it has ended.
  void end(std::optional<Error> error) {
    if (ended()) return;
    tcp_.close();
    std::exchange(receiver_, nullptr)->finish(std::move(error));
  }

  bool ended() const { return receiver_ == nullptr; }

  template <class Work>
  void on_stream(Work work) {
    tls_ ? work(*tls_) : work(tcp_);
  }

  const HttpRequest request_;
  const std::shared_ptr<asio::ssl::context> context_;
  const std::shared_ptr<Refusal> refusal_;
  std::shared_ptr<HttpReceiver> receiver_;  // null: it has ended
  beast::tcp_stream tcp_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;
  const Message message_;
  Message tunnel_message_;
  beast::flat_buffer tunnel_buffer_{kLongestHead};  // what is not protected by TLS
  http::response_parser<http::empty_body> tunnel_parser_;
  std::optional<http::response_parser<http::buffer_body>> parser_;  // of one response
  int interim_ = 0;
  beast::flat_buffer buffer_{kLongestLine};
  std::array<char, std::size_t{1} << 16U> piece_{};
  std::optional<Gunzip> gunzip_;                                     // if the body is compressed
  std::chrono::seconds limit_{0};                                    // of the current step
  const char* peer_ = request_.route.proxy ? "the proxy" : kServer;  // who answers, in messages
};

}  // namespace

void open_stream(const asio::any_io_executor& executor, HttpRequest request,
                 std::shared_ptr<asio::ssl::context> tls, std::shared_ptr<Refusal> refusal,
                 std::shared_ptr<HttpReceiver> receiver,
                 const std::function<void(Cancel)>& register_cancel) {
  const auto stream = std::make_shared<HttpStream>(executor, std::move(request), std::move(tls),
                                                   std::move(refusal), std::move(receiver));
  register_cancel([weak = std::weak_ptr(stream)] {
    if (const auto open = weak.lock()) open->cancel();
  });
  stream->start();
}

}  // namespace portcullis::k8s
