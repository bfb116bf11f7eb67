#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/http_client.h"

namespace portcullis::test {

// Requests to an API server over HTTPS, one after another on one connection, which is opened when
// needed: also after an unanswered request, and once the server closed it as idle. Not thread safe.
class ApiClient {
 public:
  struct Setup {
    const NetworkNamespace* network;  // where it connects; must outlive it
    std::string address;
    std::uint16_t port;
    std::string ca_file;  // of whom the server must have its certificate
    std::string token;    // sent as the bearer's
  };

  explicit ApiClient(Setup setup);
  ~ApiClient();

  HttpAnswer get(const std::string& path) { return request("GET", path); }

  // The body is YAML or JSON unless the type says otherwise. Waits as long as the server does.
  HttpAnswer request(const std::string& method, const std::string& path,
                     const std::string& body = "", const std::string& type = "application/yaml");

  // A watch, on a separate connection: visit(line) for each line as soon as it arrives, including
  // those of the transfer encoding. Returns when the stream ends, or soon after `stop`.
  void follow(const std::string& path, const std::stop_token& stop,
              const std::function<void(std::string_view)>& visit) const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connect() const;

  Setup setup_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace portcullis::test
