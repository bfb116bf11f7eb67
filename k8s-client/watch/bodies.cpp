#include "k8s-client/watch/bodies.h"

#include <utility>

namespace portcullis::k8s {

void PageBody::begin(Encoding encoding) {
  encoding_ = encoding;
  decoder_.emplace(kind_, encoding);
}

bool PageBody::read(std::string_view bytes, Proceed proceed) {
  size_ += bytes.size();
  left_ = whole_ && encoding_ == Encoding::kJson && size_ > kLongestWhole;
  if (left_) return false;
  const auto added = decoder_->add(bytes);
  if (!added) {
    page_ = tl::unexpected(added.error());
    return false;
  }
  proceed();
  return true;
}

void PageBody::end() {
  page_ = decoder_->finish();
  decoder_.reset();
}

WatchBody::WatchBody(Kind kind, ApiClient::Post to_loop, Listener listener)
    : kind_(kind), to_loop_(std::move(to_loop)), listener_(std::move(listener)) {}

void WatchBody::begin(Encoding encoding) {
  frames_ = Frames(encoding);
  to_loop_([self = shared_from_this()] {
    if (!self->left_) self->listener_.opened();
  });
}

bool WatchBody::read(std::string_view bytes, Proceed proceed) {
  std::vector<WatchEvent> events;
  const bool framed = frames_.add(bytes, [&](std::string_view message) {
    if (garbage_) return;
    auto event = decode_watch_event(message, frames_.encoding(), kind_);
    if (event) return events.push_back(std::move(*event));
    garbage_ = std::move(event.error().message);
  });
  if (!framed) garbage_ = "the API server sent an event that does not end";
  const bool more = !garbage_;
  if (events.empty()) {
    if (more) proceed();
    return more;
  }
  const bool is_full = ++waiting_ >= kMostWaiting;
  to_loop_([self = shared_from_this(), events = std::move(events),
            proceed = is_full && more ? proceed : Proceed()]() mutable {
    --self->waiting_;
    if (!self->left_) self->listener_.events(std::move(events));
    if (proceed) proceed();
  });
  if (more && !is_full) proceed();
  return more;
}

}  // namespace portcullis::k8s
