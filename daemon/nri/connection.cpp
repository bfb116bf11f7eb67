#include "daemon/nri/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "compiler/base/escape.h"
#include "compiler/base/overloaded.h"

namespace portcullis::nri {
namespace {

namespace asio = boost::asio;
using ErrorCodeOfAsio = boost::system::error_code;

// An answer has 18 bytes, a refusal some hundreds.
constexpr std::size_t kMostUnsent = std::size_t{1} << 20U;

}  // namespace

Connection::Connection(asio::io_context& io, int connected, Timing timing, Owner owner)
    : io_(io),
      timing_(timing),
      owner_(std::move(owner)),
      socket_(io, asio::local::stream_protocol(), connected),
      registration_(io) {}

void Connection::start() {
  registration_.expires_after(timing_.registration);
  registration_.async_wait([weak = weak_from_this()](const ErrorCodeOfAsio& error) {
    const auto self = weak.lock();
    if (error || !self || self->is_synchronized_) return;
    self->end({ErrorCode::kTimeout, "the runtime did not synchronize within " +
                                        std::to_string(self->timing_.registration.count()) +
                                        " ms"});
  });
  flush();
  read();
}

void Connection::close() {
  ErrorCodeOfAsio ignored;
  socket_.close(ignored);
  registration_.cancel(ignored);
  held_.clear();
}

void Connection::read() {
  socket_.async_read_some(
      asio::buffer(input_),
      [self = shared_from_this()](const ErrorCodeOfAsio& error, std::size_t size) {
        if (!self->socket_.is_open()) return;
        error ? self->end_at(error) : self->receive(size);
      });
}

void Connection::receive(std::size_t size) {
  const auto heard = conversation_.receive({input_.data(), size});
  is_telling_ = true;
  for (const auto& event : heard.events) {
    if (socket_.is_open()) tell(event);
  }
  is_telling_ = false;
  if (!socket_.is_open()) return;
  if (heard.error) return end(*heard.error);
  flush();
  if (socket_.is_open()) read();
}

// Not before all is told: the runtime then goes on.
void Connection::flush() {
  if (is_telling_) return;
  unsent_ += conversation_.take_output();
  if (unsent_.size() > kMostUnsent) {
    return end({ErrorCode::kIo, "the runtime does not read its answers"});
  }
  if (!sending_.empty() || unsent_.empty() || !socket_.is_open()) return;
  sending_ = std::exchange(unsent_, {});
  asio::async_write(socket_, asio::buffer(sending_),
                    [self = shared_from_this()](const ErrorCodeOfAsio& error, std::size_t) {
                      if (!self->socket_.is_open()) return;
                      self->sending_.clear();
                      error ? self->end_at(error) : self->flush();
                    });
}

void Connection::end(const Error& error) {
  if (!socket_.is_open()) return;
  const auto held = std::exchange(held_, {});
  close();
  for (const auto& [call, each] : held) owner_.sink->lost(each.sandbox);
  owner_.ended(error);
}

void Connection::end_at(const ErrorCodeOfAsio& error) {
  const bool is_closed = error == asio::error::eof || error == asio::error::broken_pipe ||
                         error == asio::error::connection_reset;
  std::string why = is_closed ? "the runtime closed the connection" : error.message();
  if (is_shut_down_) why = "the runtime shut down";
  if (!is_synchronized_) why += " before it synchronized: its log says why";
  end({ErrorCode::kIo, why});
}

void Connection::tell(const Event& event) {
  const auto& sink = *owner_.sink;
  std::visit(Overloaded{[&](const Configured& each) { runtime_ = printable(each.runtime); },
                        [&](const Synchronized& each) { synchronize(each); },
                        [&](const Started& each) { hold(each); },
                        [&](const Stopped& each) { sink.stopped(each.sandbox); },
                        [&](const Removed& each) { sink.removed(each.sandbox); },
                        [&](const ShutDown&) { is_shut_down_ = true; }},
             event);
}

void Connection::synchronize(const Synchronized& event) {
  is_synchronized_ = true;
  registration_.cancel();
  owner_.sink->synchronized(event.sandboxes);
  owner_.synchronized(runtime_);
}

void Connection::hold(const Started& event) {
  std::chrono::nanoseconds limit = timing_.answer;
  if (event.limit.count() > 0) limit = std::min(limit, event.limit / 4 * 3);
  auto timer = std::make_unique<asio::steady_timer>(io_, limit);
  timer->async_wait([weak = weak_from_this(), call = event.call](const ErrorCodeOfAsio& error) {
    const auto self = weak.lock();
    if (!error && self) self->give_up(call);
  });
  held_.emplace(event.call, Held{event.sandbox, std::move(timer)});
  owner_.sink->started(event.sandbox, [weak = weak_from_this(), call = event.call] {
    if (const auto self = weak.lock()) self->answer(call);
  });
}

void Connection::answer(CallNumber call) {
  if (held_.erase(call) == 0) return;
  conversation_.answer(call);
  flush();
}

void Connection::give_up(CallNumber call) {
  const auto held = held_.extract(call);
  if (held.empty()) return;
  conversation_.refuse(call, owner_.sink->refused(held.mapped().sandbox));
  flush();
}

}  // namespace portcullis::nri
