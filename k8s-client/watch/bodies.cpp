#include "k8s-client/watch/bodies.h"

#include <utility>

namespace portcullis::k8s {

void PageBody::begin(Encoding encoding) {
  begun_ = true;
  encoding_ = encoding;
  decoder_.emplace(kind_, encoding);
}

bool PageBody::read(std::string_view bytes) {
  const auto added = add(bytes);
  if (!added) page_ = tl::unexpected(added.error());
  return added.has_value();
}

Result<void> PageBody::add(std::string_view bytes) {
  size_ += bytes.size();
  too_long_ = size_ > (encoding_ == Encoding::kJson ? kLongestJson : kLongestProtobuf);
  if (!too_long_) return decoder_->add(bytes);
  return failure(ErrorCode::kInvalidInput, std::string("the API server sent a page of ") +
                                               info(kind_).resource + " that is too long");
}

void PageBody::end() {
  page_ = decoder_->finish();
  decoder_.reset();
}

WatchBody::WatchBody(Kind kind, Listener listener) : kind_(kind), listener_(std::move(listener)) {}

void WatchBody::begin(Encoding encoding) {
  frames_ = Frames(encoding);
  if (!left_) listener_.opened();
}

bool WatchBody::read(std::string_view bytes) {
  std::vector<WatchEvent> events;
  const bool framed = frames_.add(bytes, [&](std::string_view message) {
    if (garbage_) return;
    auto event = decode_watch_event(message, frames_.encoding(), kind_);
    if (event) return events.push_back(std::move(*event));
    garbage_ = std::move(event.error().message);
  });
  if (!framed) garbage_ = "the API server sent an event that does not end";
  if (!left_ && !events.empty()) listener_.events(std::move(events));
  return !left_ && !garbage_;
}

}  // namespace portcullis::k8s
