#include "daemon/source/api_source.h"

#include <algorithm>
#include <cstdlib>
#include <list>
#include <optional>
#include <utility>

#include "k8s-client/api_client.h"
#include "k8s-client/json.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kVersionLimit{10};  // until the server must have told its version
constexpr int kFirstWithStreamedLists = 27;  // 1.27 knows sendInitialEvents, if only to refuse it

// Older servers ignore what they do not know, and would never end such a list.
bool streams_lists(const std::string& version_json) {
  const auto version = k8s::parse_json(version_json, {{{"minor", {}}}});
  const auto* minor = version ? version->find("minor") : nullptr;
  if (minor == nullptr || minor->string() == nullptr) return false;
  return std::atoi(minor->string()->c_str()) >= kFirstWithStreamedLists;  // "27+" in some clouds
}

}  // namespace

struct ApiSource::Impl {
  void start_reflectors(bool streams_lists);
  void tell(std::vector<Event> events);
  bool synced() const;
  std::vector<Problem> problems() const;
  std::vector<Following> followed() const;

  boost::asio::io_context& io;
  const k8s::ClusterAccess access;
  const k8s::Environment environment;
  const k8s::ReflectorTiming timing;
  const Sink sink;
  std::optional<k8s::ApiClient> client{};
  k8s::ApiClient::Request version_request{};
  std::list<k8s::Reflector> reflectors{};
};

void ApiSource::Impl::start_reflectors(bool streams_lists) {
  for (const auto resource : k8s::kResources) {
    reflectors.emplace_back(io, *client, resource, timing,
                            [this](std::vector<Event> events) { tell(std::move(events)); });
  }
  for (auto& reflector : reflectors) reflector.start(streams_lists);
}

void ApiSource::Impl::tell(std::vector<Event> events) {
  sink({.events = std::move(events),
        .problems = problems(),
        .followed = followed(),
        .synced = synced()});
}

bool ApiSource::Impl::synced() const {
  return reflectors.size() == k8s::kResources.size() &&
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
        {to_string(reflector.resource()), health.failure, health.since, health.synced});
  }
  return followed;
}

ApiSource::ApiSource(boost::asio::io_context& io, k8s::ClusterAccess access,
                     k8s::Environment environment, k8s::ReflectorTiming timing, Sink sink)
    : impl_(std::make_unique<Impl>(
          Impl{io, std::move(access), std::move(environment), timing, std::move(sink)})) {}

ApiSource::~ApiSource() = default;

Result<void> ApiSource::start() {
  auto client = k8s::ApiClient::open(impl_->io, impl_->access, impl_->environment);
  if (!client) return tl::unexpected(client.error());
  impl_->client.emplace(std::move(*client));
  const auto body = std::make_shared<k8s::TextBody>();
  impl_->version_request = impl_->client->send(
      {"/version"}, kVersionLimit, body,
      [impl = impl_.get(), body](const Result<k8s::ApiClient::Answer>& answer) {
        impl->start_reflectors(answer && answer->good() && streams_lists(body->text()));
      });
  return {};
}

std::string ApiSource::name() const { return "the API server " + impl_->access.server; }

}  // namespace portcullis
