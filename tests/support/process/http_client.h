#pragma once

#include <cstdint>
#include <string>

namespace portcullis::test {

struct HttpAnswer {
  int status = 0;  // 0: nobody answered
  std::string body;
};

// GET http://<host>:<port><path>, from this thread's network namespace; the host is an address.
HttpAnswer http_get(const std::string& host, std::uint16_t port, const std::string& path);
HttpAnswer http_post(const std::string& host, std::uint16_t port, const std::string& path,
                     const std::string& body);

// Enables 127.0.0.1 and ::1 in this thread's network namespace.
void bring_loopback_up();

}  // namespace portcullis::test
