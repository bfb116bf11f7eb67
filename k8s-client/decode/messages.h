#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/event.h"
#include "k8s-client/decode/decode.h"
#include "k8s-client/decode/encoding.h"
#include "k8s-client/document/protobuf.h"

// The API server's messages: pages of a list, the events of a watch, and Status.
namespace portcullis::k8s {

struct Listed {
  Event object;
  std::vector<Defect> defects;
  std::string resource_version{};  // of the last change to the object; empty: none
};

// One page of a LIST.
struct Page {
  std::vector<Listed> objects{};
  std::string resource_version{};
  std::string continue_token{};  // empty: the last page
  bool lacks_items = false;      // they are null: none, or not credible
};

// Twice the pods that Kubernetes supports in a cluster.
inline constexpr std::size_t kMostListed = 300'000;

// Decodes a page in pieces: in Protobuf each object as soon as it is there, while the server still
// writes the next ones. Errors are kInvalidInput: not a list of that kind, in an encoding that does
// not have all of it, with too many objects, or with some that cannot be placed. Not thread safe.
class PageDecoder {
 public:
  PageDecoder(Kind kind, Encoding encoding, std::size_t most = kMostListed)
      : kind_(kind), encoding_(encoding), most_(most) {}

  [[nodiscard]] Result<void> add(std::string_view bytes);  // after an error, nothing more
  [[nodiscard]] Result<Page> finish();

 private:
  Result<void> take(std::uint32_t field, std::string_view value);
  Result<void> take_item(Document& item);
  Result<Page> finish_json();

  const Kind kind_;
  const Encoding encoding_;
  const std::size_t most_;  // objects
  std::string json_;
  ProtobufObjectReader protobuf_;
  Page page_;
};

[[nodiscard]] Result<Page> decode_page(std::string_view bytes, Encoding encoding, Kind kind);

// A Status, the API's form of an error.
struct Status {
  int code = 0;
  std::string reason;   // "Expired"
  std::string message;  // one line
};

// A response that is not a Status is quoted in the message if it is short.
Status decode_status(std::string_view bytes, Encoding encoding, int code);
std::string to_string(const Status& status);  // "410 Expired: too old resource version: 7 (9)"

struct WatchEvent {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };

  Type type = Type::kError;
  std::optional<Event> change{};  // of the first three
  std::vector<Defect> defects{};  // of the new or changed object
  std::string resource_version{};
  Status status{};  // of kError
};

// kInvalidInput: not an event, in an encoding that does not have all of its object, or its object
// cannot be placed.
[[nodiscard]] Result<WatchEvent> decode_watch_event(std::string_view bytes, Encoding encoding,
                                                    Kind kind);

}  // namespace portcullis::k8s
