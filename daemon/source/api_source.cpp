#include "daemon/source/api_source.h"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/source/namespace_check.h"
#include "k8s-client/watch/api_client.h"

namespace portcullis {
namespace {

std::string no_namespaces(const std::string& server) {
  return "the API server " + server +
         " lists no namespaces, although every cluster has some: is it the right one, and does it "
         "have its "
         "data?";
}

}  // namespace

struct ApiSource::Impl {
  void start_reflectors();
  void take(Update update);
  void tell(Update update);
  void take_check(bool has_namespaces);
  bool has_emptied() const;
  bool has_namespaces() const;
  bool synced() const;
  std::vector<Problem> problems() const;
  std::vector<Following> followed() const;

  boost::asio::io_context& io;
  const k8s::ClusterAccess access;
  const k8s::Environment environment;
  const k8s::ReflectorTiming timing;
  const Sink sink;
  const k8s::Resolve resolve;
  std::optional<k8s::ApiClient> client{};
  std::list<k8s::Reflector> reflectors{};
  bool told_synced = false;
  std::array<std::size_t, kKinds.size()> told{};  // how many objects of each
  std::unique_ptr<NamespaceCheck> check{};
  Update unchecked{};   // received during the check
  std::string fault{};  // as in Report
};

void ApiSource::Impl::start_reflectors() {
  for (const auto& each : kKinds) {
    reflectors.emplace_back(io, *client, each.kind, timing,
                            [this](Update update) { take(std::move(update)); });
  }
  for (auto& reflector : reflectors) reflector.start();
}

// A kind that becomes empty may be real, or come from a server that has lost its data: then it
// has no namespaces either.
void ApiSource::Impl::take(Update update) {
  if (!check->is_asking() && !has_emptied()) return tell(std::move(update));
  unchecked.append(std::move(update));
  if (!check->is_asking()) check->ask();
  tell({});
}

void ApiSource::Impl::take_check(bool has_namespaces) {
  fault = has_namespaces ? "" : no_namespaces(access.server);
  tell(has_namespaces ? std::exchange(unchecked, {}) : Update());
}

bool ApiSource::Impl::has_emptied() const {
  if (!told_synced) return false;
  return std::ranges::any_of(reflectors, [before = told.begin()](const auto& reflector) mutable {
    return *before++ > 0 && reflector.known() == 0;
  });
}

void ApiSource::Impl::tell(Update update) {
  if (unchecked.empty()) {
    std::ranges::transform(reflectors, told.begin(), &k8s::Reflector::known);
  }
  const bool is_synced = told_synced || (synced() && has_namespaces());
  told_synced = is_synced;
  const bool is_empty = !is_synced && synced();
  sink({.update = std::move(update),
        .problems = problems(),
        .followed = followed(),
        .synced = is_synced,
        .fault = is_empty ? no_namespaces(access.server) : fault});
}

bool ApiSource::Impl::has_namespaces() const {
  return std::ranges::any_of(reflectors, [](const auto& reflector) {
    return reflector.kind() == Kind::kNamespace && reflector.known() > 0;
  });
}

bool ApiSource::Impl::synced() const {
  return reflectors.size() == kKinds.size() &&
         std::ranges::all_of(reflectors,
                             [](const auto& reflector) { return reflector.health().synced; });
}

std::vector<Problem> ApiSource::Impl::problems() const {
  std::vector<Problem> problems;
  for (const auto& reflector : reflectors) {
    for (const auto& [object, defects] : reflector.defects()) {
      for (const auto& defect : defects) problems.push_back({"API server", 0, defect});
    }
  }
  return problems;
}

std::vector<Following> ApiSource::Impl::followed() const {
  std::vector<Following> followed;
  for (const auto& reflector : reflectors) {
    const auto& health = reflector.health();
    followed.push_back(
        {info(reflector.kind()).resource, health.failure, health.since, health.synced});
  }
  return followed;
}

ApiSource::ApiSource(boost::asio::io_context& io, k8s::ClusterAccess access,
                     k8s::Environment environment, k8s::ReflectorTiming timing, Sink sink,
                     k8s::Resolve resolve)
    : impl_(std::make_unique<Impl>(Impl{io, std::move(access), std::move(environment), timing,
                                        std::move(sink), std::move(resolve)})) {}

ApiSource::~ApiSource() = default;

Result<void> ApiSource::start() {
  auto client = k8s::ApiClient::open(impl_->io, impl_->access, impl_->environment, impl_->resolve);
  if (!client) return tl::unexpected(client.error());
  impl_->client.emplace(std::move(*client));
  impl_->check = std::make_unique<NamespaceCheck>(
      impl_->io, *impl_->client, [impl = impl_.get()](bool answer) { impl->take_check(answer); });
  if (const auto delay = impl_->timing.start_delay; delay.count() > 0) {
    log_info("the first request to the API server is delayed by " + std::to_string(delay.count()) +
             " ms (start-spread)");
  }
  impl_->start_reflectors();
  return {};
}

std::string ApiSource::name() const { return "the API server " + impl_->access.server; }

}  // namespace portcullis
