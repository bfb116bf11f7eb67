#include "daemon/http/loop_answer.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace portcullis {

LoopAnswer::LoopAnswer(boost::asio::io_context& own, boost::asio::io_context& loop,
                       std::function<HttpReply()> make, Timing timing)
    : own_(own), loop_(loop), make_(std::move(make)), timing_(timing), timer_(own) {}

void LoopAnswer::ask(HttpServer::Respond respond) {
  if (last_ && Clock::now() - made_at_ < timing_.lifetime) return respond(*last_);
  waiting_.push_back(std::move(respond));
  if (std::exchange(making_, true)) return;
  timer_.expires_at(made_at_ + timing_.pause);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->make();
  });
}

// Later requests may be about what has happened since.
void LoopAnswer::make() {
  boost::asio::post(loop_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    boost::asio::post(self->own_, [weak, reply = self->make_()]() mutable {
      if (const auto again = weak.lock()) again->take(std::move(reply));
    });
  });
}

void LoopAnswer::take(HttpReply reply) {
  made_at_ = Clock::now();
  making_ = false;
  for (const auto& respond : std::exchange(waiting_, {})) respond(reply);
  last_ = std::move(reply);
}

}  // namespace portcullis
