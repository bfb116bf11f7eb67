#pragma once

#include <deque>
#include <optional>

#include "tests/support/api_server/fault.h"

namespace portcullis::test::api {

// Faults that wait for requests. Not thread safe.
class FaultQueue {
 public:
  void add(Fault fault, const Requests& requests);
  void clear() { waiting_.clear(); }

  // The first fault that applies to this request.
  std::optional<Fault> take(const Request& request);

 private:
  struct Waiting {
    Fault fault;
    Requests requests;
  };

  std::deque<Waiting> waiting_;
};

}  // namespace portcullis::test::api
