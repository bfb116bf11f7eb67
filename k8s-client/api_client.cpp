#include "k8s-client/api_client.h"

#include <cpprest/http_client.h>
#include <openssl/crypto.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <map>
#include <mutex>
#include <utility>

#include "k8s-client/body_buffer.h"
#include "k8s-client/credentials.h"
#include "k8s-client/http_config.h"

namespace portcullis::k8s {
namespace {

using web::http::client::http_client;
using web::http::client::http_client_config;

// A plugin for credentials may hold up every resource's request; the others are not to wait.
constexpr std::size_t kWorkers = kResources.size() + 1;
constexpr std::chrono::seconds kLongestRetryAfter{300};
constexpr std::size_t kLongestError = std::size_t{1} << 16U;

// At the end of the process cpprestsdk waits for its workers, but OpenSSL, told nothing, has freed
// by then what they may still use.
void prepare_workers() {
  static std::once_flag once;
  std::call_once(once, [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    crossplat::threadpool::initialize_with_threads(kWorkers);
  });
}

// The way back to the io_context, which workers may outlive.
class Loop {
 public:
  explicit Loop(boost::asio::io_context& io) : io_(&io) {}

  template <class Work>
  void post(Work work) {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) boost::asio::post(*io_, std::move(work));
  }

  void close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  boost::asio::io_context* io_;
};

std::optional<std::chrono::seconds> retry_after(const web::http::http_response& response) {
  const auto field = response.headers().find(web::http::header_names::retry_after);
  if (field == response.headers().end()) return std::nullopt;
  int seconds = 0;
  const auto& text = field->second;
  const char* text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, seconds);
  if (error != std::errc() || end != text_end || seconds < 0) return std::nullopt;
  return std::min(std::chrono::seconds{seconds}, kLongestRetryAfter);
}

// Carries an Error of ours through cpprestsdk's tasks.
struct Refused : std::exception {
  explicit Refused(Error reason) : error(std::move(reason)) {}
  const char* what() const noexcept override { return error.message.c_str(); }

  Error error;
};

web::http::http_request request_for(const ApiClient::Call& call, const ClusterAccess& access,
                                    Credentials& credentials) {
  const auto identity = credentials.get();
  if (!identity) throw Refused(identity.error());
  web::uri_builder target(call.path);
  for (const auto& [name, value] : call.query) {
    target.append_query(name + '=' + web::uri::encode_data_string(value), false);
  }
  web::http::http_request request(call.json.empty() ? web::http::methods::GET
                                                    : web::http::methods::POST);
  request.set_request_uri(target.to_uri());
  request.headers() = request_headers(access, *identity);
  request.headers().add(web::http::header_names::accept, "application/json");
  request.headers().add(web::http::header_names::user_agent, "portcullis");
  if (!call.json.empty()) request.set_body(call.json, "application/json");
  return request;
}

// cpprestsdk calls a refused connection one to an unreachable host, and gives the resolver's codes
// as if they were the system's.
std::string meaning_of(const std::error_code& code, const std::string& text) {
  if (!code) return "";
  if (text == "Error resolving address") {
    return boost::asio::error::get_netdb_category().message(code.value());
  }
  if (code == std::errc::host_unreachable) return "connection refused, or no route to host";
  return code.message();
}

// cpprestsdk says where it failed, its error code why, and the TLS library neither.
std::string reason_of(const web::http::http_exception& error, const Refusal& refusal) {
  std::string text = error.what();
  const std::string code = meaning_of(error.error_code(), text);
  if (text.find(code) == text.npos) text += ": " + code;
  const std::string refused = refusal.reason();
  return text.find("handshake") == text.npos || refused.empty() ? text : text + ": " + refused;
}

std::optional<Error> failure_of(const pplx::task<web::http::http_response>& answer,
                                const std::string& server, std::chrono::seconds idle_limit,
                                const Refusal& refusal) {
  try {
    answer.get();
    return std::nullopt;
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const web::http::http_exception& error) {
    if (error.error_code() == std::errc::timed_out) {
      return Error{ErrorCode::kTimeout,
                   server + ": nothing came for " + std::to_string(idle_limit.count()) + " s"};
    }
    return Error{ErrorCode::kIo, server + ": " + reason_of(error, refusal)};
  } catch (const std::exception& error) {
    return Error{ErrorCode::kIo, server + ": " + error.what()};
  }
}

}  // namespace

struct ApiClient::Request::Exchange : std::enable_shared_from_this<Exchange> {
  Exchange(std::shared_ptr<Loop> to_loop, std::shared_ptr<Body> reader, Done when_done)
      : loop(std::move(to_loop)), body(std::move(reader)), done(std::move(when_done)) {}

  concurrency::streams::ostream stream() {
    BodyStream buffer([self = shared_from_this()](std::string_view bytes, Body::Proceed proceed) {
      self->take(bytes, std::move(proceed));
    });
    return buffer.create_ostream();
  }

  // On a worker. cpprestsdk may give the first piece before it tells of the head.
  void take(std::string_view bytes, Body::Proceed proceed) {
    const std::lock_guard lock(mutex);
    // Of a connection that is being closed, cpprestsdk may give a piece that it has not read whole.
    if (cancelled.is_canceled()) return;
    if (!answer) {
      early = [this, bytes, proceed = std::move(proceed)] { read(bytes, proceed); };
    } else {
      read(bytes, std::move(proceed));
    }
  }

  void take_head(Answer head) {
    const std::lock_guard lock(mutex);
    answer = std::move(head);
    if (answer->good()) body->begin();
    if (const auto read_now = std::exchange(early, nullptr)) read_now();
  }

  void read(std::string_view bytes, Body::Proceed proceed) {
    if (!answer->good()) {
      error_body += bytes.substr(0, kLongestError - std::min(kLongestError, error_body.size()));
      proceed();
    } else if (!body->read(bytes, std::move(proceed))) {
      stopped = true;
      cancel.cancel();
    }
  }

  // On a worker, when all of the answer is there or nothing more will come.
  void finish(std::optional<Error> error) {
    const std::lock_guard lock(mutex);
    if (stopped) error.reset();
    if (!error && answer->good() && !stopped) body->end();
    if (!error && !answer->good()) answer->error = decode_status(error_body, answer->code);
    loop->post([self = shared_from_this(), error = std::move(error)] {
      const auto call = std::exchange(self->done, nullptr);
      if (!call) return;
      error ? call(tl::unexpected(*error)) : call(*self->answer);
    });
  }

  void abandon() {
    done = nullptr;
    cancel.cancel();
  }

  const std::shared_ptr<Loop> loop;
  const std::shared_ptr<Body> body;
  Done done;  // touched on the loop only
  pplx::cancellation_token_source cancel;
  const pplx::cancellation_token cancelled = cancel.get_token();

  std::mutex mutex;  // of what follows
  std::optional<Answer> answer;
  std::function<void()> early;
  std::string error_body;
  bool stopped = false;
};

struct ApiClient::Impl {
  Impl(boost::asio::io_context& io, const ClusterAccess& cluster_access,
       const Environment& environment)
      : access(cluster_access),
        url(client_url(cluster_access, environment)),
        loop(std::make_shared<Loop>(io)),
        credentials(std::make_shared<Credentials>(cluster_access)) {}

  // cpprestsdk has one limit a client, which counts from the last piece. A client keeps
  // connections, and with them the certificate that we have shown there.
  std::shared_ptr<http_client> client(std::chrono::seconds idle_limit) {
    auto& client = clients[idle_limit];
    if (!client) {
      auto with_limit = config;
      with_limit.set_timeout(idle_limit);
      client = std::make_shared<http_client>(url, with_limit);
    }
    return client;
  }

  const ClusterAccess access;
  const std::string url;
  const std::shared_ptr<Loop> loop;
  const std::shared_ptr<Credentials> credentials;
  const std::shared_ptr<Refusal> refusal = std::make_shared<Refusal>();
  http_client_config config;
  std::map<std::chrono::seconds, std::shared_ptr<http_client>> clients;
};

bool TextBody::read(std::string_view bytes, Proceed proceed) {
  text_ += bytes;
  if (text_.size() > kLongest) return false;
  proceed();
  return true;
}

ApiClient::Request::Request(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

ApiClient::Request& ApiClient::Request::operator=(Request&& other) noexcept {
  std::swap(exchange_, other.exchange_);
  return *this;
}

ApiClient::Request::~Request() {
  if (exchange_) exchange_->abandon();
}

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;

ApiClient::~ApiClient() {
  if (impl_) impl_->loop->close();
}

Result<ApiClient> ApiClient::open(boost::asio::io_context& io, const ClusterAccess& access,
                                  const Environment& environment) {
  prepare_workers();
  auto impl = std::make_unique<Impl>(io, access, environment);
  auto config = client_config(access, impl->credentials, environment, impl->refusal);
  if (!config) return tl::unexpected(config.error());
  impl->config = std::move(*config);
  return ApiClient(std::move(impl));
}

ApiClient::Post ApiClient::to_loop() const {
  return [loop = impl_->loop](std::function<void()> work) { loop->post(std::move(work)); };
}

ApiClient::Request ApiClient::send(const Call& call, std::chrono::seconds idle_limit,
                                   std::shared_ptr<Body> body, Done done) {
  auto exchange = std::make_shared<Request::Exchange>(
      impl_->loop, std::move(body),
      [impl = impl_.get(), done = std::move(done)](const Result<Answer>& answer) {
        if (answer && answer->code == 401) impl->clients.clear();
        done(answer);
      });
  const auto client = impl_->client(idle_limit);
  const auto credentials = impl_->credentials;
  const auto refusal = impl_->refusal;
  const auto server = impl_->access.server;
  pplx::create_task([=, access = impl_->access] {
    auto request = request_for(call, access, *credentials);
    request.set_response_stream(exchange->stream());
    return client->request(request, exchange->cancelled);
  })
      .then([=](const web::http::http_response& response) {
        if (response.status_code() == web::http::status_codes::Unauthorized) credentials->reject();
        exchange->take_head({.code = response.status_code(), .retry_after = retry_after(response)});
        return response.content_ready();
      })
      .then([=](const pplx::task<web::http::http_response>& whole) {
        exchange->finish(failure_of(whole, server, idle_limit, *refusal));
      });
  return Request(std::move(exchange));
}

}  // namespace portcullis::k8s
