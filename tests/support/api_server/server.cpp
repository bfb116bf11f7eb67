#include "tests/support/api_server/server.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "tests/support/api_server/connection.h"
#include "tests/support/api_server/loop.h"
#include "tests/support/api_server/manifests.h"
#include "tests/support/api_server/transport.h"

namespace portcullis::test::api {
namespace {

using Json = nlohmann::json;

Key key_of(const Json& object) {
  for (const Resource resource : kResources) {
    if (object.at("kind") != info(resource).kind) continue;
    const Json& metadata = object.at("metadata");
    return {resource, info(resource).namespaced ? metadata.value("namespace", "default") : "",
            metadata.at("name").get<std::string>()};
  }
  throw std::invalid_argument("no kind of this server: " + object.dump());
}

// The running streams, for one resource or all.
template <typename Work>
std::size_t each_watch(Core& core, std::optional<Resource> resource, Work work) {
  std::size_t count = 0;
  for (const auto& connection : open_connections(core)) {
    WatchStream* const watch = connection->watch();
    if (watch == nullptr || (resource && watch->resource() != *resource)) continue;
    work(*watch);
    ++count;
  }
  return count;
}

}  // namespace

Server::Server(Setup setup)
    : loop_(std::make_unique<Loop>(setup)), address_(setup.address), tls_(setup.tls.has_value()) {
  if (setup.tls) set_tls(*setup.tls);
  port_ = loop_->run([&](Core&) { return loop_->reserve(address_, setup.port); });
  start();
}

Server::~Server() = default;

std::string Server::url() const {
  const bool v6 = address_.find(':') != std::string::npos;
  return (tls_ ? "https://" : "http://") + (v6 ? "[" + address_ + "]" : address_) + ":" +
         std::to_string(port_);
}

std::uint64_t Server::put(const Json& object) {
  const Key key = key_of(object);
  return loop_->run([&](Core& core) {
    core.store.put(key, object);
    notify(core);
    return core.store.version();
  });
}

void Server::apply(std::string_view manifests) {
  for (const Json& object : parse_manifests(manifests)) put(object);
}

void Server::erase(Resource resource, const std::string& ns, const std::string& name) {
  loop_->run([&](Core& core) {
    core.store.erase({resource, ns, name});
    notify(core);
  });
}

std::vector<Json> Server::objects(Resource resource) const {
  return loop_->run([&](Core& core) {
    std::vector<Json> all;
    for (const auto& [key, object] : core.store.contents()) {
      if (key.resource == resource) all.push_back(*object);
    }
    return all;
  });
}

std::uint64_t Server::resource_version() const {
  return loop_->run([](Core& core) { return core.store.version(); });
}

void Server::compact() {
  loop_->run([](Core& core) { core.store.compact(); });
}

bool Server::restore(std::uint64_t version) {
  return loop_->run([&](Core& core) {
    if (!core.store.restore(version)) return false;
    for (const auto& connection : open_connections(core)) {
      connection->close(fault::Ending::kReset);
    }
    return true;
  });
}

void Server::inject(Fault fault, Requests requests) {
  loop_->run([&](Core& core) { core.faults.add(std::move(fault), requests); });
}

std::size_t Server::disturb(const Fault& fault, std::optional<Resource> resource) {
  return loop_->run([&](Core& core) {
    return each_watch(core, resource, [&](WatchStream& watch) { watch.disturb(fault); });
  });
}

void Server::clear_faults() {
  loop_->run([](Core& core) { core.faults.clear(); });
}

void Server::stop() {
  loop_->run([this](Core&) { loop_->stop(); });
}

void Server::start() {
  loop_->run([this](Core&) { loop_->listen(); });
}

void Server::ignore_connections(bool ignored) {
  loop_->run([&](Core&) { loop_->ignore(ignored); });
}

void Server::drop_connections(fault::Ending ending) {
  loop_->run([&](Core& core) {
    for (const auto& connection : open_connections(core)) connection->close(ending);
  });
}

void Server::send_bookmarks() {
  loop_->run([](Core& core) {
    each_watch(core, std::nullopt, [](WatchStream& watch) { watch.bookmark(); });
  });
}

void Server::end_watches(std::optional<Resource> resource) {
  loop_->run(
      [&](Core& core) { each_watch(core, resource, [](WatchStream& watch) { watch.end(); }); });
}

void Server::set_tokens(std::set<std::string> tokens) {
  loop_->run([&](Core& core) { core.setup.tokens = std::move(tokens); });
}

void Server::set_tls(const Tls& tls) {
  loop_->run([&](Core& core) { core.tls = tls_context(tls.certificate, tls.key); });
}

void Server::set_expired_watch(ExpiredWatch expired_watch) {
  loop_->run([&](Core& core) { core.setup.expired_watch = expired_watch; });
}

void Server::deny(const Access& access) {
  loop_->run([&](Core& core) { core.denied.push_back(access); });
}

void Server::allow_all() {
  loop_->run([](Core& core) { core.denied.clear(); });
}

std::vector<Request> Server::requests() const {
  return loop_->run([](Core& core) { return core.log; });
}

std::size_t Server::count(Resource resource, Verb verb) const {
  return loop_->run([&](Core& core) {
    return static_cast<std::size_t>(std::ranges::count_if(core.log, [&](const Request& request) {
      return request.resource == resource && request.verb == verb;
    }));
  });
}

void Server::forget_requests() {
  loop_->run([](Core& core) { core.log.clear(); });
}

std::size_t Server::watches(Resource resource) const {
  return loop_->run([&](Core& core) { return each_watch(core, resource, [](WatchStream&) {}); });
}

std::size_t Server::bytes_sent() const {
  return loop_->run([](Core& core) { return core.bytes_sent; });
}

std::size_t Server::connections() const {
  return loop_->run([](Core& core) { return open_connections(core).size(); });
}

}  // namespace portcullis::test::api
