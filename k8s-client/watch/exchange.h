#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/http_stream.h"
#include "k8s-client/http/server_link.h"
#include "k8s-client/watch/api_client.h"

namespace portcullis::k8s {

// One call of an ApiClient, from its first attempt to its response: it tries one address of the
// server after another until one responds, with another code than 5xx (504 is about the request).
class ApiClient::Request::Exchange : public HttpReceiver,
                                     public std::enable_shared_from_this<Exchange> {
 public:
  // Queues work for `io`, unless that has ended.
  using Post = std::function<void(std::function<void()>)>;

  Exchange(std::shared_ptr<ServerLink> link, Call call, std::chrono::seconds idle_limit,
           boost::asio::any_io_executor workers, boost::asio::io_context& io, Post to_loop,
           std::shared_ptr<Body> body, Done done);

  void start();

  // On the loop. Nothing more is reported.
  void abandon();

  Result<void> take_head(HttpHead head) override;
  bool take(std::string_view bytes) override;
  void finish(std::optional<Error> error) override;

 private:
  void cancel();
  void set_cancel(Cancel cancel);
  void prepare();
  void attempt();
  HttpRequest request() const;
  bool goes_on_after(const std::optional<Error>& error);
  std::string explain(const Error& error) const;
  void tell(std::optional<Error> error);

  const std::shared_ptr<ServerLink> link_;
  const Call call_;
  const std::chrono::seconds idle_limit_;
  const boost::asio::any_io_executor workers_;
  boost::asio::io_context& io_;  // only on the loop
  const Post to_loop_;
  const std::shared_ptr<Body> body_;
  Done done_;  // used on the loop only

  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;  // guards the following
  Cancel cancel_;     // the current attempt

  Identity identity_;                          // these are used by one thread at a time
  std::vector<Endpoints::Endpoint> to_try_;    // the next one last
  std::optional<Endpoints::Endpoint> trying_;  // now
  bool has_choice_ = false;                    // of addresses
  std::optional<Answer> answer_;
  Encoding encoding_ = Encoding::kJson;  // of the body
  std::string error_body_;
  bool stopped_ = false;
};

}  // namespace portcullis::k8s
