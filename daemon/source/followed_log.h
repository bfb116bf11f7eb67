#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/source/source.h"

namespace portcullis {

// What the log says of how a source is followed. A failure that several resources share, as all of
// them do when the server cannot be reached, is said once: when the first of them fails. Whatever
// is said of it while it lasts is not repeated, and its end is said when the last one has
// recovered.
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
