#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/base/result.h"

// The messages in call frames (ttrpc's Request and Response). Views are into the message.
namespace portcullis::nri {

struct Request {
  std::string_view service;
  std::string_view method;
  std::string_view payload;
  std::chrono::nanoseconds limit{0};  // the caller waits for so long; 0: it does not say
};
[[nodiscard]] Result<Request> decode_request(std::string_view message);
std::string encode_request(const Request& request);  // without the limit

// google.rpc.Status: the codes are gRPC's.
inline constexpr std::int64_t kOk = 0;
inline constexpr std::int64_t kUnimplemented = 12;
inline constexpr std::int64_t kUnavailable = 14;

struct Response {
  std::int64_t code = kOk;
  std::string_view message;  // why, if it is not kOk
  std::string_view payload;
};
[[nodiscard]] Result<Response> decode_response(std::string_view message);
std::string encode_response(const Response& response);

}  // namespace portcullis::nri
