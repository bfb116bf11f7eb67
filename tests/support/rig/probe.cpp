#include "tests/support/rig/probe.h"

namespace portcullis::test {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return "allowed";
    case Outcome::kDenied:
      return "denied";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kError:
      return "error";
  }
  return "?";
}

std::string to_string(const Probe& probe) {
  return probe.from + " -> " + probe.to + " " + to_string(probe.traffic) +
         (probe.family == Family::kIpv4 ? " over IPv4" : " over IPv6") +
         (probe.via ? " by " + to_string(probe.via->address) : "");
}

namespace {

void add_probes(std::vector<Probe>& probes, const Endpoint& from, const Endpoint& to,
                const std::function<bool(const Flow&)>& allowed) {
  auto answered = to.listens;
  answered.push_back(icmp());
  for (const auto& traffic : answered) {
    for (const auto family : {Family::kIpv4, Family::kIpv6}) {
      const auto expected =
          allowed({from, to, traffic, family}) ? Outcome::kAllowed : Outcome::kDenied;
      probes.push_back({from.name, to.name, traffic, family, expected, {}, {}, {}});
    }
  }
}

}  // namespace

std::vector<Probe> every_probe(const Playground& playground,
                               const std::function<bool(const Flow&)>& allowed) {
  std::vector<Probe> probes;
  for (const auto& from : playground.endpoints()) {
    for (const auto& to : playground.endpoints()) add_probes(probes, from, to, allowed);
  }
  return probes;
}

}  // namespace portcullis::test
