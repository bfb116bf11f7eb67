#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace portcullis {

enum class ErrorCode : std::uint8_t {
  kInvalidInput,  // what a user wrote is invalid
  kNotFound,      // a named file, object or kernel object does not exist
  kPermission,    // a capability or a file permission is missing
  kUnsupported,   // the kernel lacks a feature
  kInterrupted,   // the state changed during a read; retry
  kConflict,      // the kernel's state is not what the transaction assumed
  kBusy,          // the kernel still uses what is to be removed; retry later
  kTimeout,       // nothing came in time
  kIo,            // a read, write or system call failed for another reason
};

// An expected failure. `message` is a sentence for the operator: it names the object, the file
// and the field, and what to do. It ends without a full stop, so that it can be joined to others.
struct Error {
  ErrorCode code;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace portcullis
