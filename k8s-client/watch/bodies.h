#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/decode/frames.h"
#include "k8s-client/decode/messages.h"
#include "k8s-client/watch/api_client.h"

// The response bodies that a reflector reads.
namespace portcullis::k8s {

// A page of a list, or all of it, decoded on the workers. What comes in JSON has to be complete to
// be read, so a list that is longer than kLongestWhole is left, to be asked for in pages.
class PageBody : public Body {
 public:
  static constexpr std::size_t kLongestWhole = std::size_t{32} << 20U;  // bytes of JSON

  PageBody(Kind kind, bool whole) : kind_(kind), whole_(whole) {}

  void begin(Encoding encoding) override;
  bool read(std::string_view bytes) override;
  void end() override;

  // On the loop, once the request is complete.
  Result<Page> take() { return std::move(page_); }
  Encoding encoding() const { return encoding_; }
  bool left() const { return left_; }

 private:
  const Kind kind_;
  const bool whole_;
  Encoding encoding_ = Encoding::kJson;
  std::size_t size_ = 0;
  bool left_ = false;
  std::optional<PageDecoder> decoder_;
  Result<Page> page_;
};

// The stream of a watch. Everything is on the loop.
class WatchBody : public Body {
 public:
  struct Listener {
    std::function<void()> opened;  // the server has accepted the watch
    std::function<void(std::vector<WatchEvent>)> events;
  };

  WatchBody(Kind kind, Listener listener);

  void begin(Encoding encoding) override;
  bool read(std::string_view bytes) override;

  // Nothing is reported after it.
  void leave() { left_ = true; }

  // Why the stream was abandoned; none: it was not.
  const std::optional<std::string>& garbage() const { return garbage_; }

 private:
  const Kind kind_;
  const Listener listener_;
  bool left_ = false;
  Frames frames_;
  std::optional<std::string> garbage_;
};

}  // namespace portcullis::k8s
