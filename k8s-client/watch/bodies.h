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

// A page of a list, or all of it, decoded on the workers. JSON has to be complete to be read, so a
// page that is longer than kLongestJson is left, to be asked for in smaller ones; as is one in
// Protobuf that is longer than all objects of a cluster.
class PageBody : public Body {
 public:
  static constexpr std::size_t kLongestJson = std::size_t{32} << 20U;  // bytes
  static constexpr std::size_t kLongestProtobuf = std::size_t{4} << 30U;

  explicit PageBody(Kind kind) : kind_(kind) {}

  void begin(Encoding encoding) override;
  bool read(std::string_view bytes) override;
  void end() override;

  // On the loop, once the request is complete.
  Result<Page> take() { return std::move(page_); }
  Encoding encoding() const { return encoding_; }
  bool begun() const { return begun_; }
  bool too_long() const { return too_long_; }

 private:
  Result<void> add(std::string_view bytes);

  const Kind kind_;
  Encoding encoding_ = Encoding::kJson;
  bool begun_ = false;
  std::size_t size_ = 0;
  bool too_long_ = false;
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
