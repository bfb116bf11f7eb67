#include "k8s-client/watch/api_client.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "k8s-client/decode/resource.h"
#include "k8s-client/http/route.h"
#include "k8s-client/http/server_link.h"
#include "k8s-client/watch/exchange.h"

namespace portcullis::k8s {
namespace {

// A credential plugin may delay the request of every resource; other requests must not wait.
constexpr std::size_t kWorkers = kKinds.size() + 1;
constexpr std::chrono::seconds kExitLimit{1};

// Workers may still use what exit() destroys, so they are waited for; but one that is blocked by a
// plugin, a name server or a file must not hold up the exit.
void end_workers(int status, void* pool) {
  std::thread([status] {
    std::this_thread::sleep_for(kExitLimit);
    _exit(status);
  }).detach();
  auto& workers = *static_cast<boost::asio::thread_pool*>(pool);
  workers.stop();
  workers.join();
}

// By default OpenSSL frees at exit what they may still use.
boost::asio::thread_pool& workers() {
  static auto* const kPool = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    auto* pool = new boost::asio::thread_pool(kWorkers);
    on_exit(end_workers, pool);
    return pool;
  }();
  return *kPool;
}

// The path back to the io_context, which workers may outlive.
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

}  // namespace

struct ApiClient::Impl {
  boost::asio::io_context& io;
  const std::shared_ptr<Loop> loop;
  const std::shared_ptr<ServerLink> link;
};

bool TextBody::read(std::string_view bytes) {
  text_ += bytes;
  return text_.size() <= kLongest;
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
                                  const Environment& environment, Resolve resolve) {
  auto route = route_to(access, environment);
  if (!route) return tl::unexpected(route.error());
  return ApiClient(std::make_unique<Impl>(
      Impl{io, std::make_shared<Loop>(io),
           std::make_shared<ServerLink>(access, std::move(*route), std::move(resolve))}));
}

ApiClient::Request ApiClient::send(const Call& call, std::chrono::seconds idle_limit,
                                   std::shared_ptr<Body> body, Done done) {
  auto exchange = std::make_shared<Request::Exchange>(
      impl_->link, call, idle_limit, workers().get_executor(), impl_->io,
      [loop = impl_->loop](std::function<void()> work) { loop->post(std::move(work)); },
      std::move(body), std::move(done));
  exchange->start();
  return Request(std::move(exchange));
}

}  // namespace portcullis::k8s
