#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "k8s-client/document/document.h"
#include "k8s-client/document/wanted.h"

// Protocol buffers as the API server writes them
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources).
// Errors say what is wrong with the bytes, without a line. Views are into the bytes.
namespace portcullis::k8s {

// The wanted members of a message, in the form that the API has in JSON: empty text and an unset
// time are missing.
[[nodiscard]] tl::expected<Document, SyntaxError> parse_protobuf(std::string_view message,
                                                                 const Wanted& wanted);

// An object: "k8s" and a zero byte, then a runtime.Unknown.
struct ProtobufObject {
  std::string_view api_version;
  std::string_view kind;
  std::string_view message;
};
[[nodiscard]] tl::expected<ProtobufObject, SyntaxError> open_protobuf_object(
    std::string_view bytes);

// The same for an object that arrives in pieces. Not thread safe.
class ProtobufObjectReader {
 public:
  static constexpr std::size_t kLongest = std::size_t{32} << 20U;  // bytes of a field

  // A field of the object's message: its number, and text, bytes or a message.
  using Visit = std::function<void(std::uint32_t number, std::string_view value)>;

  // Calls `visit` for each field that `bytes` complete. After an error nothing more may be added.
  [[nodiscard]] tl::expected<void, SyntaxError> add(std::string_view bytes, const Visit& visit);

  const std::string& kind() const { return kind_; }  // known before the first field is visited
  bool complete() const;

 private:
  enum class State : std::uint8_t { kMark, kBefore, kWithin, kAfter };  // the message

  bool read(std::string_view& rest, const Visit& visit);

  State state_ = State::kMark;
  std::size_t left_ = 0;  // bytes of the message, while within it
  std::string kind_;
  std::string begun_;
};

// A metav1.WatchEvent.
struct ProtobufEvent {
  std::string_view type;    // "ADDED"
  std::string_view object;  // a ProtobufObject
};
[[nodiscard]] tl::expected<ProtobufEvent, SyntaxError> open_protobuf_event(std::string_view bytes);

}  // namespace portcullis::k8s
