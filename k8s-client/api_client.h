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

#include "compiler/result.h"
#include "k8s-client/cluster_access.h"
#include "k8s-client/endpoints.h"
#include "k8s-client/messages.h"

namespace portcullis::k8s {

// Reads the body of one successful answer, on worker threads, one call at a time.
class Body {
 public:
  using Proceed = std::function<void()>;  // may be called on any thread

  virtual ~Body() = default;

  virtual void begin() {}  // the head has come, and is good

  // The next piece, valid until `proceed` is called; until then no more is read from the socket, so
  // that one who lets it wait slows the server down. False: the rest is of no use.
  virtual bool read(std::string_view bytes, Proceed proceed) = 0;

  virtual void end() {}  // all of it has been read
};

// Keeps a short one as text.
class TextBody : public Body {
 public:
  bool read(std::string_view bytes, Proceed proceed) override;

  const std::string& text() const { return text_; }  // once it has ended

 private:
  static constexpr std::size_t kLongest = std::size_t{1} << 16U;  // bytes

  std::string text_;
};

// Requests to the API server: those with an end over cpprestsdk, streams over Boost.Beast, which
// passes on what has come, however a gateway frames it. All calls are made, and all answers given,
// on the io_context's thread; in between, requests are on the worker threads of cpprestsdk's pool,
// which all clients of a process share.
//
// Where the server's name (or its proxy's) has several addresses, a request that gets no answer
// from one is sent to the next, and later requests begin with one that answered.
class ApiClient {
 public:
  struct Answer {
    int code = 0;  // of HTTP
    std::optional<std::chrono::seconds> retry_after{};
    Status error{};  // where the answer is not good

    bool good() const { return code == 200 || code == 201; }
  };

  using Query = std::vector<std::pair<std::string, std::string>>;

  struct Call {
    std::string path;
    Query query{};
    std::string json{};    // what is posted; empty: it is a GET
    bool streams = false;  // the body may go on for ever; a GET
  };

  // kIo, kTimeout: nobody answered, or not to the end; kInvalidInput: the credentials cannot be
  // used.
  using Done = std::function<void(Result<Answer>)>;

  // A request that is under way. Once destroyed, its `done` is not called any more.
  class Request {
   public:
    Request() = default;
    Request(Request&&) noexcept = default;
    Request& operator=(Request&& other) noexcept;
    ~Request();

   private:
    friend class ApiClient;
    struct Exchange;
    explicit Request(std::shared_ptr<Exchange> exchange);
    std::shared_ptr<Exchange> exchange_;
  };

  // kInvalidInput: what `access` says cannot be used, for example its proxy.
  [[nodiscard]] static Result<ApiClient> open(boost::asio::io_context& io,
                                              const ClusterAccess& access,
                                              const Environment& environment,
                                              Resolve resolve = k8s::resolve);

  ApiClient(ApiClient&&) noexcept;
  ~ApiClient();  // after every Request

  // Queues work for the io_context; copies may be used on any thread, also after this client.
  using Post = std::function<void(std::function<void()>)>;
  Post to_loop() const;

  // `body` reads what a good answer brings. The request fails once nothing has come for
  // `idle_limit`. After a 401 the next request reads the credentials again.
  [[nodiscard]] Request send(const Call& call, std::chrono::seconds idle_limit,
                             std::shared_ptr<Body> body, Done done);

 private:
  struct Impl;
  explicit ApiClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::k8s
