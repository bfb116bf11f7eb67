#include "daemon/nri/call.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

#include "daemon/nri/fields.h"

namespace portcullis::nri {
namespace {

void read_status(Reader status, Response& response) {
  while (status.next()) {
    switch (status.tag()) {
      case 1:
        response.code = number(status);
        break;
      case 2:
        response.message = bytes(status);
        break;
      default:
        status.skip();
    }
  }
}

}  // namespace

Result<Request> decode_request(std::string_view message) {
  return reading("a request", message, [](Reader fields) {
    Request request;
    while (fields.next()) {
      switch (fields.tag()) {
        case 1:
          request.service = bytes(fields);
          break;
        case 2:
          request.method = bytes(fields);
          break;
        case 3:
          request.payload = bytes(fields);
          break;
        case 4:
          request.limit = std::chrono::nanoseconds(std::max<std::int64_t>(number(fields), 0));
          break;
        default:
          fields.skip();
      }
    }
    return request;
  });
}

std::string encode_request(const Request& request) {
  std::string message;
  protozero::pbf_writer fields(message);
  fields.add_string(1, request.service.data(), request.service.size());
  fields.add_string(2, request.method.data(), request.method.size());
  fields.add_bytes(3, request.payload.data(), request.payload.size());
  return message;
}

Result<Response> decode_response(std::string_view message) {
  return reading("a response", message, [](Reader fields) {
    Response response;
    while (fields.next()) {
      switch (fields.tag()) {
        case 1:
          read_status(submessage(fields), response);
          break;
        case 2:
          response.payload = bytes(fields);
          break;
        default:
          fields.skip();
      }
    }
    return response;
  });
}

// Empty if the call succeeds and has nothing to say.
std::string encode_response(const Response& response) {
  std::string message;
  protozero::pbf_writer fields(message);
  if (response.code != kOk) {
    protozero::pbf_writer status(fields, 1);
    status.add_int64(1, response.code);
    status.add_string(2, response.message.data(), response.message.size());
  }
  if (!response.payload.empty()) {
    fields.add_bytes(2, response.payload.data(), response.payload.size());
  }
  return message;
}

}  // namespace portcullis::nri
