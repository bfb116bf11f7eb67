#pragma once

#include <cstdint>
#include <string>

namespace portcullis::test {

struct HttpAnswer {
  int status = 0;  // 0: nobody answered
  std::string body;
};

// GET http://127.0.0.1:<port><path>, from this thread's network namespace.
HttpAnswer http_get(std::uint16_t port, const std::string& path);

// Makes 127.0.0.1 usable in the network namespace of this thread.
void bring_loopback_up();

// A TCP port that nobody listened on a moment ago.
std::uint16_t free_port();

}  // namespace portcullis::test
