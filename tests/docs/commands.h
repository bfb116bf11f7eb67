#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/docs/documents.h"

// Where each command of the documentation is tested.
namespace portcullis::test {

enum class Place : std::uint8_t {
  kDaemon,       // node_commands_test: a daemon, which becomes ready
  kNode,         // node_commands_test: beside that daemon
  kStoppedNode,  // node_commands_test: after it, and there is no table any more
  kApiServer,    // kube_commands_test: against a real API server
  kApiDaemon,    // kube_commands_test: a daemon, which becomes ready
  kHelm,         // kube_commands_test: in this order, on a server of their own
  kMake,         // it is one of make's own targets, which .ci/run or a test runs
  kCluster,      // make cluster-e2e: where kubelets and controllers are
  kPackage,      // make deb-test: on a machine of its own
  kElsewhere,    // nobody: distributions that the tests do not have, and the page says so
};

struct KnownCommand {
  std::string text;
  Place place;
  int code = 0;           // it exits with
  bool is_short = false;  // of its output, only some lines are shown
};

// Null: nobody runs it.
const KnownCommand* find_known_command(const std::string& text);
const std::vector<KnownCommand>& known_commands();

// The commands that the documentation has for this place, in order, each once.
std::vector<DocumentedCommand> documented_commands(Place place);

}  // namespace portcullis::test
