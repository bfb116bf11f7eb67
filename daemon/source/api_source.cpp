#include "daemon/source/api_source.h"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/source/held_update.h"
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

// For the answer whether the server has namespaces.
std::chrono::seconds check_limit(const k8s::ReflectorTiming& timing) {
  return std::min(std::chrono::seconds{10}, timing.list_idle_limit);
}

}  // namespace

struct ApiSource::Impl {
  // How much of what the server says of a kind was passed on.
  struct Told {
    std::size_t objects = 0;
    bool doubted = false;  // removals are held back
    HeldUpdate held{};     // everything that was said since then
  };

  void start_reflectors();
  void take(Kind kind, Update update);
  void tell(Update update);
  void take_check(const Result<bool>& has_namespaces);
  Update take_held();
  std::string unconfirmed(const Error& error) const;
  std::size_t known_of(Kind kind) const;
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
  std::array<Told, kKinds.size()> told{};
  std::unique_ptr<NamespaceCheck> check{};
  std::string fault{};  // as in Report
};

void ApiSource::Impl::start_reflectors() {
  for (const auto& each : kKinds) {
    const Kind kind = each.kind;
    reflectors.emplace_back(io, *client, kind, timing,
                            [this, kind](Update update) { take(kind, std::move(update)); });
  }
  for (auto& reflector : reflectors) reflector.start();
}

// A kind that becomes empty may be real, or come from a server that has lost its data: then it
// has no namespaces either. What exists and what changes is passed on meanwhile.
void ApiSource::Impl::take(Kind kind, Update update) {
  Told& of_kind = told[index_of(kind)];
  const auto known = known_of(kind);
  if (told_synced && of_kind.objects > 0 && known == 0) of_kind.doubted = true;
  if (!of_kind.doubted) {
    of_kind.objects = known;
    return tell(std::move(update));
  }
  Update rest = without_removals(update);
  of_kind.held.add(std::move(update));
  check->start();
  tell(std::move(rest));
}

void ApiSource::Impl::take_check(const Result<bool>& has_namespaces) {
  if (!has_namespaces) {
    if (fault != no_namespaces(access.server)) fault = unconfirmed(has_namespaces.error());
    return tell({});
  }
  fault = *has_namespaces ? "" : no_namespaces(access.server);
  for (auto& of_kind : told) of_kind.doubted = !*has_namespaces;
  tell(*has_namespaces ? take_held() : Update());
}

Update ApiSource::Impl::take_held() {
  Update update;
  for (const auto& each : kKinds) {
    Told& of_kind = told[index_of(each.kind)];
    of_kind.objects = known_of(each.kind);
    update.append(of_kind.held.take());
  }
  return update;
}

std::string ApiSource::Impl::unconfirmed(const Error& error) const {
  std::string kinds;
  for (const auto& each : kKinds) {
    if (!told[index_of(each.kind)].doubted) continue;
    kinds += (kinds.empty() ? "" : ", ") + std::string(each.resource);
  }
  return "the API server " + access.server + " has no " + kinds +
         " any more, but does not show that it has namespaces (" + error.message +
         "): what it removes stays in force";
}

std::size_t ApiSource::Impl::known_of(Kind kind) const {
  return std::ranges::find(reflectors, kind, &k8s::Reflector::kind)->known();
}

void ApiSource::Impl::tell(Update update) {
  const bool is_synced = told_synced || (synced() && known_of(Kind::kNamespace) > 0);
  told_synced = is_synced;
  const bool is_empty = !is_synced && synced();
  sink({.update = std::move(update),
        .problems = problems(),
        .followed = followed(),
        .synced = is_synced,
        .fault = is_empty ? no_namespaces(access.server) : fault});
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
      impl_->io, *impl_->client, impl_->timing.backoff, check_limit(impl_->timing),
      [impl = impl_.get()](const auto& answer) { impl->take_check(answer); });
  if (const auto delay = impl_->timing.start_delay; delay.count() > 0) {
    log_info("the first request to the API server is delayed by " + std::to_string(delay.count()) +
             " ms (start-spread)");
  }
  impl_->start_reflectors();
  return {};
}

std::string ApiSource::name() const { return "the API server " + impl_->access.server; }

}  // namespace portcullis
