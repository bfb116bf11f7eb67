#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {

// Verbs as in RBAC; kOther for requests without a resource (/version).
enum class Verb {
  kGet,
  kList,
  kWatch,
  kCreate,
  kUpdate,
  kPatch,
  kDelete,
  kDeleteCollection,
  kOther
};

const char* to_string(Verb verb);

struct Request {
  std::string method{};
  std::string target{};                         // as it was sent
  std::map<std::string, std::string> fields{};  // of the header, names in lower case
  std::string body{};

  std::string path{};
  std::map<std::string, std::string> query{};  // decoded
  Verb verb = Verb::kOther;
  std::optional<Resource> resource{};
  std::string ns{};  // empty: all of them
  std::string name{};
  std::string subresource{};

  // Empty if there is none.
  std::string parameter(const std::string& key) const;
  std::string field(const std::string& lower_case_name) const;
  Key key() const;
};

// Fills in the values of the method and the target.
Request parse_request(std::string method, std::string target);

}  // namespace portcullis::test::api
