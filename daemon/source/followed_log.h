#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/source/source.h"

namespace portcullis {

// Log lines about following a source. A failure that several resources share, such as an
// unreachable server, is logged once: when the first of them fails. While it lasts it is not
// repeated, and its end is logged when the last one has recovered.
class FollowedLog {
 public:
  struct News {
    std::vector<std::string> warnings{};
    std::vector<std::string> infos{};
  };

  News take(const std::vector<Following>& followed);

 private:
  std::map<std::string, std::string> failures_;  // by resource, as they began
};

}  // namespace portcullis
