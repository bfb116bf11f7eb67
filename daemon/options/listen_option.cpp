#include "daemon/options/listen_option.h"

#include <charconv>

namespace portcullis {

Result<void> set_listen(Options& options, const std::string& value) {
  if (value.empty() || value == "off") {
    options.listen.reset();
    return {};
  }
  const auto wrong = [&](const char* why) {
    return failure(ErrorCode::kInvalidInput, "\"" + value + "\" " + why);
  };
  const auto colon = value.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return wrong("is not ADDR:PORT, for example 127.0.0.1:9909, or off");
  }
  std::string host = value.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return wrong("has an IPv6 address without brackets: write [::1]:9909");
  }
  std::uint16_t port = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data() + colon + 1, end, port);
  if (error != std::errc() || rest != end || port == 0) {
    return wrong("has no port from 1 to 65535 after the colon");
  }
  options.listen = ListenAddress{host, port};
  return {};
}

}  // namespace portcullis
