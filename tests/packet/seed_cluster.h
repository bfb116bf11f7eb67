#pragma once

#include "tests/support/rig/topology.h"

namespace portcullis::test {

// The cluster of the example policies:
//
//   default      frontend, api (8080, 9090), database (5432), web (80, 443), backend (8080)
//   production   api (9090, 8080), worker (8080)
//   monitoring   prometheus, grafana
//   kube-system  dns (53, labelled kube-dns), cache (53, not labelled so)
//   outside      office 10.1.0.5, forbidden 10.0.0.5, lab 192.168.7.7, internet 192.0.2.80
Topology seed_cluster();

}  // namespace portcullis::test
