#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/rig/probe.h"
#include "tests/support/rig/topology.h"

// The story of the demo: a small shop with its neighbours, and one policy after another.
namespace portcullis::demo {

// The shop in `default`, its name server, a second team in `production`, its monitoring, and three
// machines outside the cluster.
test::Topology topology();

struct Chapter {
  std::string example;  // file in manifests/examples, without its ending
  std::string title;
  std::string consequence;                         // what the policy means, in one line
  std::function<bool(const test::Flow&)> allowed;  // what it leaves open, by hand
};

// Each policy replaces the previous one.
std::vector<Chapter> chapters();

// From everyone to every service, over IPv4 and IPv6, with the expectation of `allowed`.
std::vector<test::Probe> probes(const test::Playground& playground,
                                const std::function<bool(const test::Flow&)>& allowed);

}  // namespace portcullis::demo
