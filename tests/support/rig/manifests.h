#pragma once

#include <string>

#include "tests/support/rig/playground.h"

namespace portcullis::test {

// The playground's namespaces and pods as kubectl would print them: a YAML text of many documents
// that the daemon reads as it stands.
std::string manifests_of(const Playground& playground);

}  // namespace portcullis::test
