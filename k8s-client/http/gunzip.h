#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "compiler/base/result.h"

struct z_stream_s;

namespace portcullis::k8s {

// Decompresses a body (RFC 1952) piece by piece. Not thread safe.
class Gunzip {
 public:
  Gunzip();

  // A further piece of the compressed body, valid until all of its text has been read.
  void give(std::string_view piece);

  // The next 64 KB of the text at most, valid until the next call; empty: give more. kIo: the body
  // is not compressed, or damaged.
  [[nodiscard]] Result<std::string_view> read();

  bool complete() const { return complete_; }  // the text may end here

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  std::unique_ptr<z_stream_s, End> stream_;
  std::array<char, std::size_t{1} << 16U> text_{};
  bool complete_ = false;
};

}  // namespace portcullis::k8s
