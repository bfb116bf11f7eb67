#pragma once

#include <cstdint>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/base/result.h"

// Fields of protobuf messages, for the decoders of this folder. They throw protozero's exceptions,
// which reading() turns into an Error. Views are into the message.
namespace portcullis::nri {

using Reader = protozero::pbf_reader;

class Malformed : public protozero::exception {
 public:
  explicit Malformed(std::string what) : what_(std::move(what)) {}
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

inline void require(const Reader& message, protozero::pbf_wire_type type) {
  if (message.wire_type() == type) return;
  throw Malformed("field " + std::to_string(message.tag()) + " has another type");
}

inline std::string_view bytes(Reader& message) {
  require(message, protozero::pbf_wire_type::length_delimited);
  const auto view = message.get_view();
  return {view.data(), view.size()};
}

inline std::string text(Reader& message) { return std::string(bytes(message)); }

inline std::int64_t number(Reader& message) {
  require(message, protozero::pbf_wire_type::varint);
  return message.get_int64();
}

inline Reader submessage(Reader& message) {
  const auto view = bytes(message);
  return {view.data(), view.size()};
}

// What `read` returns for the message's bytes, or why they are not a `name`.
template <class Read>
auto reading(std::string_view name, std::string_view message, Read read)
    -> Result<decltype(read(std::declval<Reader>()))> {
  try {
    return read(Reader(message.data(), message.size()));
  } catch (const protozero::exception& error) {
    return failure(ErrorCode::kInvalidInput,
                   std::string(name) + " cannot be read: " + error.what());
  }
}

}  // namespace portcullis::nri
