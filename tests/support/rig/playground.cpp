#include "tests/support/rig/playground.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/rig/command.h"
#include "tests/support/rig/settled.h"
#include "tests/support/rig/wiring.h"

namespace portcullis::test {

namespace {

using Endpoints = std::vector<Endpoint>;

// The steps of building, each over all endpoints before the next.
Result<void> configure(const Endpoint& endpoint, const Endpoints&, Wiring wiring) {
  return set_sysctls(endpoint.netns, sysctls_of(endpoint, wiring));
}

Result<void> wire(const Endpoint& endpoint, const Endpoints& all, Wiring wiring) {
  return run_ip(endpoint.netns, ip_commands_of(endpoint, all, wiring));
}

Result<void> settle(const Endpoint& endpoint, const Endpoints&, Wiring) {
  return wait_for_local_addresses(endpoint.netns);
}

}  // namespace

const char* to_string(Wiring wiring) { return wiring == Wiring::kRouted ? "routed" : "bridged"; }

Playground::Playground(Topology topology, std::vector<Endpoint> endpoints)
    : topology_(std::move(topology)), endpoints_(std::move(endpoints)) {}

Result<Playground> Playground::build(const Topology& topology) {
  auto endpoints = make_endpoints(topology);
  if (!endpoints) return tl::unexpected(endpoints.error());
  for (const auto& step : {configure, wire, settle}) {
    for (const auto& endpoint : *endpoints) {
      const auto done = step(endpoint, *endpoints, topology.wiring);
      if (!done) return failure(done.error().code, endpoint.name + ": " + done.error().message);
    }
  }
  return Playground(topology, std::move(*endpoints));
}

const Endpoint& Playground::endpoint(std::string_view name) const {
  for (const auto& endpoint : endpoints_) {
    if (endpoint.name == name) return endpoint;
  }
  std::fprintf(stderr, "the playground has no endpoint '%s'\n", std::string(name).c_str());
  std::abort();
}

}  // namespace portcullis::test
