#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/event.h"
#include "k8s-client/decode/decode.h"
#include "k8s-client/decode/resource.h"

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

// kInvalidInput: not a list of that kind, or some of its objects cannot be placed.
[[nodiscard]] Result<Page> decode_page(std::string_view json, Kind kind);

// A Status, the API's form of an error.
struct Status {
  int code = 0;
  std::string reason;   // "Expired"
  std::string message;  // one line
};

// A response that is not a Status is quoted in the message if it is short.
Status decode_status(std::string_view json, int code);
std::string to_string(const Status& status);  // "410 Expired: too old resource version: 7 (9)"

struct WatchEvent {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };

  Type type = Type::kError;
  std::optional<Event> change{};  // of the first three
  std::vector<Defect> defects{};  // of the new or changed object
  std::string resource_version{};
  bool ends_initial_events = false;  // of kBookmark
  Status status{};                   // of kError
};

// kInvalidInput: not an event, or its object cannot be placed.
[[nodiscard]] Result<WatchEvent> decode_watch_event(std::string_view line, Kind kind);

// Assembles the lines of a watch from the pieces that arrive.
class Lines {
 public:
  static constexpr std::size_t kLongest = std::size_t{32} << 20U;  // bytes

  // Calls visit(line) for each line that `bytes` complete, without its newline; false if one is
  // longer than kLongest.
  template <class Visit>
  bool add(std::string_view bytes, Visit visit) {
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      begun_ += bytes.substr(0, end);
      if (begun_.size() > kLongest) return false;
      if (!begun_.empty()) visit(std::string_view(begun_));
      begun_.clear();
      bytes.remove_prefix(end + 1);
    }
    begun_ += bytes;
    if (begun_.empty() && begun_.capacity() > kKept) begun_.shrink_to_fit();
    return begun_.size() <= kLongest;
  }

 private:
  static constexpr std::size_t kKept = std::size_t{1} << 16U;

  std::string begun_;
};

}  // namespace portcullis::k8s
