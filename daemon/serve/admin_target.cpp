#include "daemon/serve/admin_target.h"

#include <cpprest/base_uri.h>

namespace portcullis {

std::string AdminTarget::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::string to_string(const AdminTarget& target) {
  std::string text = target.path;
  for (const auto& [name, value] : target.parameters) {
    text += (text.size() == target.path.size() ? "?" : "&") + name + "=" +
            web::uri::encode_data_string(value);
  }
  return text;
}

Result<AdminTarget> parse_admin_target(const std::string& text) {
  try {
    const web::uri uri(text);
    AdminTarget target{uri.path(), {}};
    for (const auto& [name, value] : web::uri::split_query(uri.query())) {
      target.parameters[web::uri::decode(name)] = web::uri::decode(value);
    }
    return target;
  } catch (const web::uri_exception& error) {
    return failure(ErrorCode::kInvalidInput, "not a request target: " + text);
  }
}

}  // namespace portcullis
