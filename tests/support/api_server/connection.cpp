#include "tests/support/api_server/connection.h"

#include <algorithm>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <sstream>
#include <utility>

namespace portcullis::test::api {
namespace {

namespace http = boost::beast::http;
using Error = boost::system::error_code;

constexpr std::size_t kLongestPlainBody = 2048;  // longer ones are chunked, as Go's server does
constexpr std::size_t kChunk = 4096;
constexpr std::uint64_t kLongestRequest = 1U << 26;

Request to_request(const http::request<http::string_body>& message) {
  Request request =
      parse_request(std::string(message.method_string()), std::string(message.target()));
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    request.fields[name] = std::string(field.value());
  }
  request.body = message.body();
  return request;
}

// With Content-Length, or chunked if `size` is nothing.
std::string head(const Reply& reply, std::optional<std::size_t> size) {
  http::response_header<> header;
  header.version(11);
  header.result(reply.status);
  header.reason(http::obsolete_reason(http::status(reply.status)));
  header.set(http::field::content_type, "application/json");
  header.set(http::field::cache_control, "no-cache, private");
  for (const auto& [name, value] : reply.fields) header.set(name, value);
  if (size) header.set(http::field::content_length, std::to_string(*size));
  if (!size) header.set(http::field::transfer_encoding, "chunked");
  std::ostringstream text;
  text << header;
  return text.str();
}

}  // namespace

Connection::Connection(Core& core, std::shared_ptr<Transport> transport)
    : core_(core),
      transport_(std::move(transport)),
      output_(std::make_shared<Output>(core.io, transport_, core.bytes_sent)),
      timeout_(core.io) {}

void Connection::start() {
  transport_->handshake([self = shared_from_this()](bool ok) {
    if (ok) return self->read();
    self->close(fault::Ending::kClose);
  });
}

WatchStream* Connection::watch() {
  return open_ && watch_ && !watch_->ended() ? &*watch_ : nullptr;
}

void Connection::close(fault::Ending ending) {
  open_ = ending == fault::Ending::kHang;
  output_->close(ending);
  timeout_.cancel();
}

void Connection::read() {
  if (!open_) return;
  parser_.emplace();
  parser_->body_limit(kLongestRequest);
  transport_->read(buffer_, *parser_, [self = shared_from_this()](bool ok) {
    if (ok) return self->answer();
    self->close(fault::Ending::kClose);
  });
}

void Connection::answer() {
  core_.log.push_back(to_request(parser_->get()));
  const Request request = core_.log.back();
  const auto fault = core_.faults.take(request);
  if (fault && std::holds_alternative<fault::Silence>(*fault)) return await_bytes();
  if (const auto refused = refuse(core_, request)) {
    return answer_with(*refused, std::nullopt);
  }
  if (const auto* error = fault ? std::get_if<fault::Refuse>(&*fault) : nullptr) {
    return answer_with(usual_refusal(error->code, error->retry_after), std::nullopt);
  }
  if (request.verb == Verb::kWatch) return answer_watch(request, fault);
  answer_with(serve(core_, request), fault);
}

void Connection::answer_watch(const Request& request, const std::optional<Fault>& fault) {
  auto parsed = parse_watch(request);
  if (const auto* refused = std::get_if<Reply>(&parsed)) return answer_with(*refused, fault);
  auto& watch = std::get<WatchRequest>(parsed);
  if (core_.setup.expired_watch == ExpiredWatch::kHttpStatus && !watch.initial_events &&
      watch.version < core_.store.compacted()) {
    return answer_with(usual_refusal(410), std::nullopt);
  }
  const auto timeout = watch.timeout;
  watch_.emplace(core_.store, std::move(watch), output_);
  watch_->start(fault);
  if (core_.setup.ends_watches && timeout.count() > 0) {
    timeout_.expires_after(timeout);
    timeout_.async_wait([self = shared_from_this()](const Error& error) {
      if (!error && self->watch() != nullptr) self->watch()->end();
    });
  }
  await_bytes();
}

// The next request after a stream, or none: the client is gone.
void Connection::await_bytes() {
  transport_->read_some(buffer_.prepare(1024), [self = shared_from_this()](std::size_t size) {
    if (size == 0) return self->close(fault::Ending::kClose);
    self->buffer_.commit(size);
    const bool over = self->watch_ && self->watch_->ended();
    if (!over) return self->await_bytes();
    self->timeout_.cancel();
    self->watch_.reset();
    self->read();
  });
}

void Connection::answer_with(const Reply& reply, const std::optional<Fault>& fault) {
  if (!fault) return send_reply(reply);
  if (const auto* drip = std::get_if<fault::Drip>(&*fault)) {
    output_->drip(drip->pause);
  } else if (const auto* garbage = std::get_if<fault::Garbage>(&*fault)) {
    Reply other = reply;
    other.body = garbage->text;
    return send_reply(other);
  } else if (const auto* error = std::get_if<fault::ErrorEvent>(&*fault)) {
    return send_reply(usual_refusal(error->code));
  } else if (const auto* broken = std::get_if<fault::Break>(&*fault)) {
    return send_broken(reply, *broken);
  } else if (std::holds_alternative<fault::EndlessLine>(*fault)) {
    output_->send(head(reply, std::nullopt));
    output_->send_chunk(R"({"kind":"List","metadata":{"annotations":{"x":")");
    output_->flood();
    return await_bytes();
  }
  send_reply(reply);
}

void Connection::send_reply(const Reply& reply) {
  if (reply.body.size() <= kLongestPlainBody) {
    output_->send(head(reply, reply.body.size()) + reply.body);
  } else {
    output_->send(head(reply, std::nullopt));
    for (std::size_t at = 0; at < reply.body.size(); at += kChunk) {
      output_->send_chunk(reply.body.substr(at, kChunk));
    }
    output_->send_chunk("");
  }
  output_->then([self = shared_from_this()] { self->read(); });
}

void Connection::send_broken(const Reply& reply, const fault::Break& fault) {
  output_->send(head(reply, std::nullopt));
  if (fault.where == fault::Break::Where::kMidChunk) {
    output_->send(half_a_chunk(reply.body));
  } else {
    output_->send_chunk(reply.body.substr(0, reply.body.size() / 2));
  }
  output_->end(fault.ending);
  await_bytes();
}

}  // namespace portcullis::test::api
