#include "tests/support/rig/enforcement.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/files/manifests.h"
#include "daemon/netlink/routes/attached_addresses.h"

namespace portcullis::test {
namespace {

Result<Manifests> read(const std::vector<std::string>& texts) {
  std::vector<ManifestFile> files;
  for (const auto& text : texts) {
    const std::string name = "manifest " + std::to_string(files.size());
    auto file = parse_manifest(name, text);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return merge(files);
}

}  // namespace

Result<Enforcement> Enforcement::start(const Playground& playground, bool binds,
                                       const BindingOptions& options) {
  Enforcement enforcement;
  for (const auto& endpoint : playground.endpoints()) {
    if (!endpoint.is_node()) continue;
    std::optional<Result<nl::Kernel>> kernel;
    endpoint.netns.run([&] { kernel = nl::Kernel::open(); });
    if (!*kernel) return tl::unexpected(kernel->error());
    Node node{&endpoint,
              std::make_unique<boost::asio::io_context>(),
              std::make_unique<std::optional<Error>>(),
              std::make_unique<IncrementalCompiler>(endpoint.name, Budgets{}, options),
              nullptr,
              {}};
    if (binds) {
      std::optional<Result<nl::PortTable>> ports;
      endpoint.netns.run([&] { ports = nl::PortTable::open(); });
      if (!*ports) return tl::unexpected(ports->error());
      node.ports.emplace(std::move(**ports));
    }
    node.reconciler = std::make_unique<Reconciler>(
        *node.io, std::move(**kernel), ReconcilerTiming{},
        [compiler = node.compiler.get()] { return compiler->ruleset(); },
        [error = node.error.get()](const Attempt& attempt) { *error = attempt.error; });
    enforcement.nodes_.push_back(std::move(node));
  }
  return enforcement;
}

Result<std::vector<std::string>> Enforcement::apply(const std::vector<std::string>& manifests) {
  const auto read_manifests = read(manifests);
  if (!read_manifests) return tl::unexpected(read_manifests.error());
  const auto update = update_of(read_manifests->objects);
  for (auto& node : nodes_) {
    const auto done = bring(node, node.compiler->apply(update))
                          .and_then([&] { return bind_ports(node); })
                          .and_then([&] { return release_gone(node); });
    if (!done) {
      return failure(done.error().code, node.endpoint->name + ": " + done.error().message);
    }
  }
  std::vector<std::string> problems;
  for (const auto& problem : read_manifests->problems) problems.push_back(to_string(problem));
  return problems;
}

ClusterState Enforcement::cluster() const {
  ClusterState cluster = nodes_.front().compiler->cluster();
  for (const auto& node : nodes_) {
    for (const auto& [address, former] : node.compiler->cluster().quarantined()) {
      cluster.quarantine(address, former);
    }
  }
  return cluster;
}

Result<void> Enforcement::bring(Node& node, Delta delta) {
  node.reconciler->want(std::move(delta));
  while (node.reconciler->state() == Reconciler::State::kDue) node.io->run_one();
  if (*node.error) return tl::unexpected(**node.error);
  return {};
}

Result<void> Enforcement::bind_ports(Node& node) {
  if (!node.ports) return {};
  Result<void> read;
  node.endpoint->netns.run([&] {
    node.ports->doubt_addresses();
    read = node.ports->read();
  });
  if (!read) return read;
  return bring(node, node.compiler->set_ports(node.ports->ports()));
}

Result<void> Enforcement::release_gone(Node& node) {
  std::vector<Address> closed;
  for (const auto& [address, former] : node.compiler->cluster().quarantined()) {
    closed.push_back(address);
  }
  if (closed.empty()) return {};
  Result<std::vector<Address>> attached;
  node.endpoint->netns.run([&] {
    attached = nl::AttachedAddresses::open().and_then(
        [&](nl::AttachedAddresses addresses) { return addresses.among(closed); });
  });
  if (!attached) return tl::unexpected(attached.error());
  std::erase_if(closed, [&](const Address& address) {
    return std::find(attached->begin(), attached->end(), address) != attached->end();
  });
  return bring(node, node.compiler->release(closed));
}

}  // namespace portcullis::test
