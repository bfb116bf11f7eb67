#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/endpoints.h"
#include "k8s-client/decode/messages.h"

namespace portcullis::k8s {

// Reads the body of one successful response, one call at a time: on worker threads, or on the
// io_context's, if the call may never end.
class Body {
 public:
  virtual ~Body() = default;

  virtual void begin(Encoding) {}  // the head has arrived, with a successful status

  // The next piece. False: the rest is not needed.
  virtual bool read(std::string_view bytes) = 0;

  virtual void end() {}  // the body is complete
};

// Stores a short body as text.
class TextBody : public Body {
 public:
  bool read(std::string_view bytes) override;

  const std::string& text() const { return text_; }  // once it is complete

 private:
  static constexpr std::size_t kLongest = std::size_t{1} << 16U;  // bytes

  std::string text_;
};

// Requests to the API server, each over a connection of its own. All calls and responses are on the
// io_context's thread. In between, requests are on worker threads, which all clients of a process
// share; but those that may never end come back to the io_context's thread once the server's
// addresses are known, since waking another thread costs more than what most of their events need.
//
// If the name of the server (or of its proxy) has several addresses, a request that gets no
// response from one, or an error of the server, is sent to the next, and later requests begin with
// one that responded.
//
// When the process exits, requests that block a worker (a credential plugin, a name server, a file)
// hold it up for a second at most.
class ApiClient {
 public:
  struct Answer {
    int code = 0;  // HTTP status
    std::optional<std::chrono::seconds> retry_after{};
    Status error{};  // if the request was not successful

    bool good() const { return code == 200 || code == 201; }
  };

  using Query = std::vector<std::pair<std::string, std::string>>;

  struct Call {
    std::string path;
    Query query{};
    std::string json{};                    // the body of a POST; empty: it is a GET
    bool endless = false;                  // the response may never end
    Encoding preferred = Encoding::kJson;  // of the response
  };

  // kIo, kTimeout: no response, or not a complete one; kInvalidInput: the credentials cannot be
  // used.
  using Done = std::function<void(Result<Answer>)>;

  // A pending request. Once destroyed, its `done` is no longer called.
  class Request {
   public:
    Request() = default;
    Request(Request&&) noexcept = default;
    Request& operator=(Request&& other) noexcept;
    ~Request();

   private:
    friend class ApiClient;
    class Exchange;
    explicit Request(std::shared_ptr<Exchange> exchange);
    std::shared_ptr<Exchange> exchange_;
  };

  // kInvalidInput: `access` cannot be used, for example because of its proxy.
  [[nodiscard]] static Result<ApiClient> open(boost::asio::io_context& io,
                                              const ClusterAccess& access,
                                              const Environment& environment,
                                              Resolve resolve = k8s::resolve);

  ApiClient(ApiClient&&) noexcept;
  ~ApiClient();  // after every Request

  // `body` reads a successful response. The request fails after `idle_limit` without data. After a
  // 401 the next request reads the credentials again.
  [[nodiscard]] Request send(const Call& call, std::chrono::seconds idle_limit,
                             std::shared_ptr<Body> body, Done done);

 private:
  struct Impl;
  explicit ApiClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::k8s
