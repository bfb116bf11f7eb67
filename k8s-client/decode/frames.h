#pragma once

#include <boost/endian/conversion.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8s-client/decode/encoding.h"

namespace portcullis::k8s {

// Assembles the messages of a watch from the pieces that arrive: lines of JSON, or Protobuf, each
// message behind its length in 4 bytes, big endian.
class Frames {
 public:
  static constexpr std::size_t kLongest = std::size_t{32} << 20U;  // bytes

  explicit Frames(Encoding encoding = Encoding::kJson) : encoding_(encoding) {}

  Encoding encoding() const { return encoding_; }

  // Calls visit(message) for each message that `bytes` complete; false if one is longer than
  // kLongest.
  template <class Visit>
  bool add(std::string_view bytes, Visit visit) {
    const bool fits =
        encoding_ == Encoding::kJson ? add_to_line(bytes, visit) : add_to_frame(bytes, visit);
    if (begun_.empty() && begun_.capacity() > kKept) begun_.shrink_to_fit();
    return fits;
  }

 private:
  static constexpr std::size_t kKept = std::size_t{1} << 16U;
  static constexpr std::size_t kLengthSize = 4;

  template <class Visit>
  bool add_to_line(std::string_view bytes, Visit visit) {
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      begun_ += bytes.substr(0, end);
      if (begun_.size() > kLongest) return false;
      if (!begun_.empty()) visit(std::string_view(begun_));
      begun_.clear();
      bytes.remove_prefix(end + 1);
    }
    begun_ += bytes;
    return begun_.size() <= kLongest;
  }

  template <class Visit>
  bool add_to_frame(std::string_view bytes, Visit visit) {
    begun_ += bytes;
    std::string_view rest = begun_;
    while (rest.size() >= kLengthSize) {
      const std::size_t length =
          boost::endian::load_big_u32(reinterpret_cast<const unsigned char*>(rest.data()));
      if (length > kLongest) return false;
      if (rest.size() - kLengthSize < length) break;
      visit(rest.substr(kLengthSize, length));
      rest.remove_prefix(kLengthSize + length);
    }
    begun_.erase(0, begun_.size() - rest.size());
    return true;
  }

  Encoding encoding_;
  std::string begun_;
};

}  // namespace portcullis::k8s
