#include "tests/support/rig/prober.h"

#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "daemon/netlink/conntrack/conntrack.h"
#include "tests/support/rig/server.h"

namespace portcullis::test {
namespace {

using Clock = std::chrono::steady_clock;

void allow_many_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool all_over(const std::vector<std::unique_ptr<Client>>& clients) {
  return std::ranges::all_of(clients, [](const auto& client) { return client->is_over(); });
}

bool any_answer_due(const std::vector<Probe>& probes,
                    const std::vector<std::unique_ptr<Client>>& clients) {
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (probes[i].expected != Outcome::kDenied && !clients[i]->is_over()) return true;
  }
  return false;
}

}  // namespace

Result<Prober> Prober::open(const Playground& playground) {
  allow_many_descriptors();
  Prober prober(playground);
  for (const auto& endpoint : playground.endpoints()) {
    auto servers = open_servers(endpoint, *prober.poll_);
    if (!servers) return tl::unexpected(servers.error());
    std::ranges::move(*servers, std::back_inserter(prober.servers_));
  }
  return prober;
}

std::vector<ProbeResult> Prober::run(const std::vector<Probe>& probes, const Patience& patience) {
  forget_portless(probes);
  const Clients clients = start(probes);
  wait(clients, probes, patience);
  std::vector<ProbeResult> results;
  for (std::size_t i = 0; i < probes.size(); ++i)
    results.push_back({probes[i], clients[i]->outcome(), clients[i]->reason()});
  return results;
}

void Prober::forget_portless(const std::vector<Probe>& probes) const {
  std::vector<Address> ends;
  for (const auto& probe : probes) {
    if (probe.traffic != gre()) continue;
    for (const auto& name : {probe.from, probe.to})
      ends.push_back(playground_->endpoint(name).address(probe.family));
  }
  if (ends.empty()) return;
  for (const auto& endpoint : playground_->endpoints()) {
    if (!endpoint.is_node()) continue;
    endpoint.netns.run([&] {
      const auto forgotten = nl::Conntrack::open().and_then(
          [&](nl::Conntrack conntrack) { return conntrack.forget(ends); });
      if (forgotten) return;
      std::fprintf(stderr, "prober: %s\n", forgotten.error().message.c_str());
      std::abort();
    });
  }
}

Prober::Clients Prober::start(const std::vector<Probe>& probes) {
  std::map<std::string, std::vector<std::size_t>> by_source;
  for (std::size_t i = 0; i < probes.size(); ++i) by_source[probes[i].from].push_back(i);

  Clients clients(probes.size());
  for (const auto& probes_of_one : by_source) {
    const Endpoint& from = playground_->endpoint(probes_of_one.first);
    from.netns.run([&] {
      for (const auto i : probes_of_one.second) {
        const Endpoint& to = playground_->endpoint(probes[i].to);
        clients[i] = std::make_unique<Client>(from, to, probes[i], ports_);
      }
    });
  }
  for (const auto& client : clients) {
    if (client->is_open()) poll_->watch(*client);
  }
  return clients;
}

void Prober::wait(const Clients& clients, const std::vector<Probe>& probes,
                  const Patience& patience) {
  const auto deadline = Clock::now() + patience.answer;
  int quiet = 0;
  for (unsigned round = 1; !all_over(clients); ++round) {
    quiet = wait_round(patience.round) ? 0 : quiet + 1;
    const bool answers_due = any_answer_due(probes, clients) && Clock::now() < deadline;
    if (quiet >= patience.quiet_rounds && !answers_due) return;
    if (!std::has_single_bit(round)) continue;  // more and more seldom
    for (const auto& client : clients) client->retransmit();
  }
}

// Whether anything happened.
bool Prober::wait_round(std::chrono::milliseconds length) {
  const auto end = Clock::now() + length;
  int events = 0;
  for (auto now = Clock::now(); now < end; now = Clock::now())
    events += poll_->wait(std::chrono::ceil<std::chrono::milliseconds>(end - now));
  return events > 0;
}

}  // namespace portcullis::test
