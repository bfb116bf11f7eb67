#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "tests/support/api_server/request.h"

// How the server misbehaves. Each fault has an effect on a request's response, and on a running
// watch stream. Huge or malformed objects need no fault: Server::put() them.
namespace portcullis::test::api {
namespace fault {

enum class Ending {
  kClose,  // FIN, as a process that ends
  kReset,  // RST
  kHang,   // the connection stays open and says nothing more
};

// The response is an error. A stream: an ERROR event with the Status, then its normal end.
struct Refuse {
  unsigned code = 503;
  std::optional<std::chrono::seconds> retry_after{};
};

// A watch is accepted (200) and then gets an ERROR event with the Status. A list: as Refuse.
struct ErrorEvent {
  unsigned code = 410;
};

// The body breaks off: half-way through a list, or through an event of a stream.
struct Break {
  enum class Where { kMidChunk, kMidObject };  // kMidObject: after the end of a chunk
  Where where = Where::kMidChunk;
  Ending ending = Ending::kClose;
  std::size_t events = 0;  // of a stream, that are sent whole before
};

// From now on one byte at a time.
struct Drip {
  std::chrono::microseconds pause{200};  // between two bytes; more than none
};

// A list: this is the body. A stream: a line of this between events.
struct Garbage {
  std::string text = "<html>502 Bad Gateway</html>";
};

// A string value without an end, as fast as the client reads it.
struct EndlessLine {};

// A stream repeats its last events, in order: 1 is a duplicate, more are out of order. A new stream
// does so after its initial events. No effect on a list.
struct Replay {
  std::size_t events = 1;
};

// A stream sends only bookmarks and holds events back; its bookmarks name the last event sent.
struct BookmarksOnly {};

// A request is never answered; a stream goes silent. The connection stays open.
struct Silence {};

}  // namespace fault

using Fault =
    std::variant<fault::Refuse, fault::ErrorEvent, fault::Break, fault::Drip, fault::Garbage,
                 fault::EndlessLine, fault::Replay, fault::BookmarksOnly, fault::Silence>;

inline constexpr std::size_t kAlways = static_cast<std::size_t>(-1);

// The requests that a fault affects: of the matching ones, the first `skip` are spared.
struct Requests {
  std::optional<Resource> resource{};  // none: every request, also without a resource
  std::optional<Verb> verb{};
  std::size_t skip = 0;
  std::size_t times = 1;
};

}  // namespace portcullis::test::api
