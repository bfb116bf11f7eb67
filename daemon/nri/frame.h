#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "compiler/base/result.h"

// The two layers of frames between a runtime and a plugin. All numbers are big endian.
//
//   trunk: one stream socket with several connections
//     | connection: 4 | size: 4 | `size` bytes of the connection's stream ... |
//
//   a connection's stream: calls (ttrpc); how the trunk cuts it has no meaning
//     | size: 4 | stream: 4 | type: 1 | flags: 1 | a message of `size` bytes ... |
//
// Not thread safe. After an error nothing more may be added. Sources: pkg/net/multiplex of
// github.com/containerd/nri, PROTOCOL.md of github.com/containerd/ttrpc.
namespace portcullis::nri {

inline constexpr std::uint32_t kPluginConnection = 1;   // the runtime calls
inline constexpr std::uint32_t kRuntimeConnection = 2;  // the plugin calls

inline constexpr std::size_t kTrunkHead = 8;
inline constexpr std::size_t kCallHead = 10;
inline constexpr std::size_t kLongestMessage = std::size_t{4} << 20U;  // ttrpc's own limit
inline constexpr std::size_t kLongestPayload = kCallHead + kLongestMessage;

// Splits the trunk into its connections. A payload is passed on as it arrives, in pieces.
class TrunkReader {
 public:
  using Visit = std::function<Result<void>(std::uint32_t connection, std::string_view piece)>;

  // Stops at the first error, the reader's or that of `visit`.
  [[nodiscard]] Result<void> add(std::string_view bytes, const Visit& visit);

 private:
  std::string head_;  // what has arrived of it
  std::uint32_t connection_ = 0;
  std::size_t left_ = 0;  // bytes of the payload
};

enum class CallType : std::uint8_t { kRequest = 1, kResponse = 2 };

struct CallFrame {
  std::uint32_t stream = 0;
  CallType type = CallType::kRequest;
  std::string_view message;
};

// Joins the pieces of one connection to frames.
class CallReader {
 public:
  using Visit = std::function<Result<void>(const CallFrame& frame)>;

  // Stops at the first error, the reader's or that of `visit`.
  [[nodiscard]] Result<void> add(std::string_view piece, const Visit& visit);

 private:
  std::string begun_;
};

// The call frame in a frame of the trunk of its own. Go's side reads the trunk with a buffer of
// 4096 bytes and cannot take a longer frame; none of ours is (conversation.h).
std::string encode_frame(std::uint32_t connection, const CallFrame& frame);

}  // namespace portcullis::nri
