#pragma once

#include <cstddef>
#include <string>

#include "tests/cluster/reachability.h"

namespace portcullis::test {

// New connections of one kind, one after another (denied ones: several per second, in parallel),
// from inside a pod, until this is destroyed.
class Stream {
 public:
  Stream(const RealCluster& cluster, const Reachability& pods, Connection connection,
         bool is_allowed);

  struct Count {
    std::size_t right = 0;  // allowed or denied, as it is to be
    std::size_t wrong = 0;
  };
  Count count() const;  // so far

  std::string name() const { return to_string(connection_); }
  std::string error() const { return process_.err(); }

 private:
  Connection connection_;
  bool is_allowed_;
  ChildProcess process_;
};

}  // namespace portcullis::test
