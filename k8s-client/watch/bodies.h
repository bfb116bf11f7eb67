#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/decode/frames.h"
#include "k8s-client/decode/messages.h"
#include "k8s-client/watch/api_client.h"

// The response bodies that a reflector reads, parsed on the workers.
namespace portcullis::k8s {

// A page of a list, or all of it. What comes in JSON has to be complete to be read, so a list that
// is longer than kLongestWhole is left, to be asked for in pages.
class PageBody : public Body {
 public:
  static constexpr std::size_t kLongestWhole = std::size_t{32} << 20U;  // bytes of JSON

  PageBody(Kind kind, bool whole) : kind_(kind), whole_(whole) {}

  void begin(Encoding encoding) override;
  bool read(std::string_view bytes, Proceed proceed) override;
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

// The stream of a watch. A worker keeps reading while the loop is busy, which then processes all
// pending data in one turn; beyond kMostWaiting pieces reading stops.
class WatchBody : public Body, public std::enable_shared_from_this<WatchBody> {
 public:
  static constexpr int kMostWaiting = 16;  // a server sends most events in a separate piece

  // Called on the loop.
  struct Listener {
    std::function<void()> opened;  // the server has accepted the watch
    std::function<void(std::vector<WatchEvent>)> events;
  };

  WatchBody(Kind kind, ApiClient::Post to_loop, Listener listener);

  void begin(Encoding encoding) override;
  bool read(std::string_view bytes, Proceed proceed) override;

  // On the loop. Nothing is reported after it.
  void leave() { left_ = true; }

  // Why the stream was abandoned; none: it was not. On the loop, once the request is complete.
  const std::optional<std::string>& garbage() const { return garbage_; }

 private:
  const Kind kind_;
  const ApiClient::Post to_loop_;
  const Listener listener_;
  bool left_ = false;             // on the loop
  std::atomic<int> waiting_ = 0;  // pieces on their way to the loop
  Frames frames_;
  std::optional<std::string> garbage_;
};

}  // namespace portcullis::k8s
