#pragma once

#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

struct NftOutput {
  int status = -1;  // exit status; -1: it could not be run
  std::string out;
  std::string err;

  bool ok() const { return status == 0; }
};

// nft(8) inside a namespace, with `input` on its standard input.
NftOutput run_nft(const NetworkNamespace& inside, std::vector<std::string> arguments,
                  const std::string& input = {});

}  // namespace portcullis::test
