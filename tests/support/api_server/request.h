#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {

// Verbs as in RBAC; kOther for requests without a resource (/version).
enum class Verb { kList, kWatch, kOther };

const char* to_string(Verb verb);

struct Request {
  std::string method{};
  std::string path{};
  std::map<std::string, std::string> query{};   // decoded
  std::map<std::string, std::string> fields{};  // of the header, names in lower case
  std::string body{};

  Verb verb = Verb::kOther;
  std::optional<Resource> resource{};

  // Empty if there is none.
  std::string parameter(const std::string& key) const;
  std::string field(const std::string& lower_case_name) const;

  // 0 if there is none; nothing if it is not a number.
  std::optional<std::uint64_t> number(const std::string& key) const;
};

// Fills in the values of the method and the target.
Request parse_request(std::string method, std::string_view target);

// Nothing if it is not a number.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace portcullis::test::api
