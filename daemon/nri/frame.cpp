#include "daemon/nri/frame.h"

#include <algorithm>

namespace portcullis::nri {
namespace {

std::uint32_t number_at(std::string_view bytes, std::size_t position) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(position, 4)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return number;
}

void append_number(std::string& bytes, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>(number >> shift & 0xffU);
  }
}

tl::unexpected<Error> too_long(const char* what, std::size_t size, std::size_t limit) {
  return failure(ErrorCode::kInvalidInput, std::string(what) + " of " + std::to_string(size) +
                                               " bytes is longer than " + std::to_string(limit));
}

// Data frames belong to streaming calls, which NRI does not have.
Result<CallFrame> read_head(std::string_view head) {
  const auto type = static_cast<std::uint8_t>(head[8]);
  if (type != static_cast<std::uint8_t>(CallType::kRequest) &&
      type != static_cast<std::uint8_t>(CallType::kResponse)) {
    return failure(ErrorCode::kInvalidInput,
                   "a frame of type " + std::to_string(type) + " is neither request nor response");
  }
  return CallFrame{number_at(head, 4), static_cast<CallType>(type), {}};
}

}  // namespace

Result<void> TrunkReader::add(std::string_view bytes, const Visit& visit) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      const auto size = std::min(kTrunkHead - head_.size(), bytes.size());
      head_ += bytes.substr(0, size);
      bytes.remove_prefix(size);
      if (head_.size() < kTrunkHead) return {};
      connection_ = number_at(head_, 0);
      left_ = number_at(head_, 4);
      head_.clear();
      if (left_ > kLongestPayload) return too_long("a frame", left_, kLongestPayload);
    }
    const auto piece = bytes.substr(0, left_);
    bytes.remove_prefix(piece.size());
    left_ -= piece.size();
    if (auto visited = visit(connection_, piece); !visited) return visited;
  }
  return {};
}

Result<void> CallReader::add(std::string_view piece, const Visit& visit) {
  begun_ += piece;
  std::string_view rest = begun_;
  while (rest.size() >= kCallHead) {
    const std::size_t size = number_at(rest, 0);
    if (size > kLongestMessage) return too_long("a message", size, kLongestMessage);
    auto frame = read_head(rest);
    if (!frame) return tl::unexpected(frame.error());
    if (rest.size() - kCallHead < size) break;
    frame->message = rest.substr(kCallHead, size);
    rest.remove_prefix(kCallHead + size);
    if (auto visited = visit(*frame); !visited) return visited;
  }
  if (rest.size() < begun_.size()) begun_ = std::string(rest);  // long ones are rare: free them
  return {};
}

std::string encode_frame(std::uint32_t connection, const CallFrame& frame) {
  std::string bytes;
  append_number(bytes, connection);
  append_number(bytes, static_cast<std::uint32_t>(kCallHead + frame.message.size()));
  append_number(bytes, static_cast<std::uint32_t>(frame.message.size()));
  append_number(bytes, frame.stream);
  bytes += static_cast<char>(frame.type);
  bytes += '\0';
  return bytes += frame.message;
}

}  // namespace portcullis::nri
