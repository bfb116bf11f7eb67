#include "compiler/explain/json_document.h"

#include "compiler/explain/json_error.h"

namespace portcullis {
namespace {

constexpr const char* kVersion = "portcullis/v1";
constexpr int kIndent = 2;

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return "InvalidInput";
    case ErrorCode::kNotFound:
      return "NotFound";
    case ErrorCode::kPermission:
      return "Permission";
    case ErrorCode::kUnsupported:
      return "Unsupported";
    case ErrorCode::kInterrupted:
      return "Interrupted";
    case ErrorCode::kConflict:
      return "Conflict";
    case ErrorCode::kBusy:
      return "Busy";
    case ErrorCode::kTimeout:
      return "Timeout";
    case ErrorCode::kIo:
      break;
  }
  return "IO";
}

Json to_json(const Interval<std::uint32_t>& ports) {
  return {{"protocol", to_string(static_cast<Protocol>(ports.first >> 16))},
          {"port", ports.first & 0xffff},
          {"endPort", ports.last & 0xffff}};
}

}  // namespace

Json json_document(const std::string& kind, const std::vector<std::string>& warnings) {
  return {{"apiVersion", kVersion}, {"kind", kind}, {"warnings", warnings}};
}

Json to_json(const AllowedTraffic& traffic) {
  Json ports = Json::array();
  for (const auto& range : traffic.ports) ports.push_back(to_json(range));
  return {{"summary", to_string(traffic)}, {"ports", ports}, {"otherProtocols", traffic.others}};
}

const char* to_string(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

std::string print(const Json& document) {
  return document.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string print_json(const Error& error) {
  auto document = json_document("Error", {});
  document["error"] = {{"code", name_of(error.code)}, {"message", error.message}};
  return print(document);
}

}  // namespace portcullis
