#include "k8s-client/watch/exchange.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>

#include "k8s-client/access/url.h"

namespace portcullis::k8s {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kGatewayTimeout = 504;  // of the request, as when a list takes long
constexpr std::size_t kLongestError = std::size_t{1} << 16U;

std::string target_of(const ApiClient::Call& call) {
  std::string target = call.path;
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    target += std::exchange(separator, '&') + name + '=' + encode_query_value(value);
  }
  return target;
}

bool is_server_error(int code) { return code >= 500 && code != kGatewayTimeout; }

}  // namespace

ApiClient::Request::Exchange::Exchange(std::shared_ptr<ServerLink> link, Call call,
                                       std::chrono::seconds idle_limit,
                                       boost::asio::any_io_executor workers,
                                       boost::asio::io_context& io, Post to_loop,
                                       std::shared_ptr<Body> body, Done done)
    : link_(std::move(link)),
      call_(std::move(call)),
      idle_limit_(idle_limit),
      workers_(std::move(workers)),
      io_(io),
      to_loop_(std::move(to_loop)),
      body_(std::move(body)),
      done_(std::move(done)) {}

void ApiClient::Request::Exchange::start() {
  boost::asio::post(workers_, [self = shared_from_this()] { self->prepare(); });
}

void ApiClient::Request::Exchange::abandon() {
  done_ = nullptr;
  cancel();
}

void ApiClient::Request::Exchange::cancel() {
  cancelled_ = true;
  const std::lock_guard lock(mutex_);
  if (cancel_) cancel_();
}

void ApiClient::Request::Exchange::set_cancel(Cancel cancel) {
  const std::lock_guard lock(mutex_);
  cancel_ = std::move(cancel);
  if (cancelled_) cancel_();
}

void ApiClient::Request::Exchange::prepare() {
  auto identity = link_->credentials().get(cancelled_);
  if (cancelled_) return;
  if (!identity) return tell(identity.error());
  identity_ = std::move(*identity);
  auto endpoints = link_->endpoints().in_order();
  if (!endpoints) return tell(Error{endpoints.error().code, explain(endpoints.error())});
  to_try_.assign(endpoints->rbegin(), endpoints->rend());
  has_choice_ = to_try_.size() > 1;
  attempt();
}

void ApiClient::Request::Exchange::attempt() {
  if (cancelled_) return;
  answer_.reset();
  error_body_.clear();
  stopped_ = false;
  trying_ = to_try_.back();
  to_try_.pop_back();
  const auto refusal = std::make_shared<Refusal>();
  const auto tls = link_->tls(identity_, refusal);
  if (!tls) return tell(tls.error());
  auto open = [self = shared_from_this(), request = request(), tls = *tls,
               refusal](const boost::asio::any_io_executor& executor) {
    open_stream(executor, request, tls, refusal, self,
                [&](Cancel cancel) { self->set_cancel(std::move(cancel)); });
  };
  if (call_.endless) {
    return to_loop_([open = std::move(open), &io = io_] { open(io.get_executor()); });
  }
  open(boost::asio::make_strand(workers_));
}

HttpRequest ApiClient::Request::Exchange::request() const {
  HttpRequest request{.route = link_->route().through(trying_->address()),
                      .endpoint = *trying_,
                      .target = target_of(call_),
                      .fields = header_fields(link_->access(), identity_),
                      .json = call_.json,
                      .accepts_gzip = !call_.endless,
                      .idle_limit = idle_limit_};
  request.fields.emplace_back("Accept", accept_field(call_.preferred));
  request.fields.emplace_back("User-Agent", "portcullis");
  return request;
}

Result<void> ApiClient::Request::Exchange::take_head(HttpHead head) {
  if (head.code == kUnauthorized) link_->credentials().reject();
  answer_ = {.code = head.code, .retry_after = head.retry_after};
  encoding_ = encoding_of(head.content_type);
  if (!answer_->good()) return {};
  if (encoding_ == Encoding::kProtobuf && call_.preferred != Encoding::kProtobuf) {
    return failure(ErrorCode::kInvalidInput,
                   "the body is in Protobuf, which was not requested: is there a proxy?");
  }
  body_->begin(encoding_);
  return {};
}

bool ApiClient::Request::Exchange::take(std::string_view bytes) {
  if (cancelled_) return false;
  if (answer_->good()) {
    stopped_ = !body_->read(bytes);
  } else {
    error_body_ += bytes.substr(0, kLongestError - error_body_.size());
    stopped_ = error_body_.size() == kLongestError;
  }
  return !stopped_;
}

void ApiClient::Request::Exchange::finish(std::optional<Error> error) {
  if (goes_on_after(error)) {
    boost::asio::post(workers_, [self = shared_from_this()] { self->attempt(); });
    return;
  }
  if (error) return tell(Error{error->code, explain(*error)});
  if (answer_->good() && !stopped_ && !cancelled_) body_->end();
  if (!answer_->good()) answer_->error = decode_status(error_body_, encoding_, answer_->code);
  tell(std::nullopt);
}

// Another server may be well. A stream that was silent after its head says nothing about the
// address.
bool ApiClient::Request::Exchange::goes_on_after(const std::optional<Error>& error) {
  if (cancelled_) return false;
  const bool is_unavailable = answer_ && is_server_error(answer_->code);
  const bool is_silent_stream =
      answer_ && call_.endless && error && error->code == ErrorCode::kTimeout;
  if (is_unavailable || (error && !is_silent_stream)) link_->endpoints().failed(*trying_);
  return (is_unavailable || !answer_) && !to_try_.empty();
}

std::string ApiClient::Request::Exchange::explain(const Error& error) const {
  const auto& proxy = link_->route().proxy;
  const auto way = proxy ? " through the proxy " + authority(*proxy) : "";
  const auto address = has_choice_ ? " (" + trying_->address().to_string() + ')' : "";
  return link_->access().server + way + address + ": " + error.message;
}

void ApiClient::Request::Exchange::tell(std::optional<Error> error) {
  to_loop_([self = shared_from_this(), error = std::move(error)] {
    const auto call = std::exchange(self->done_, nullptr);
    if (!call) return;
    error ? call(tl::unexpected(*error)) : call(*self->answer_);
  });
}

}  // namespace portcullis::k8s
