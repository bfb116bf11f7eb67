#pragma once

#include <memory>
#include <string>

#include "k8s-client/http/http_config.h"

namespace portcullis::k8s::test {

struct Answer {
  int status = 0;     // 0: none
  std::string error;  // why not
  std::string refusal;
};

// One GET through a separate client, and so over a separate connection.
Answer request(const ClusterAccess& access, Credentials& credentials,
               const Environment& environment = {});
Answer request(const ClusterAccess& access, const Environment& environment = {});

}  // namespace portcullis::k8s::test
