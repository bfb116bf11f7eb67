#include "tests/support/api_server/fault_queue.h"

#include <utility>

namespace portcullis::test::api {
namespace {

bool match(const Requests& requests, const Request& request) {
  return (!requests.resource || requests.resource == request.resource) &&
         (!requests.verb || *requests.verb == request.verb);
}

}  // namespace

void FaultQueue::add(Fault fault, const Requests& requests) {
  if (requests.times > 0) waiting_.push_back({std::move(fault), requests});
}

std::optional<Fault> FaultQueue::take(const Request& request) {
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (!match(at->requests, request)) continue;
    if (at->requests.skip > 0) {
      --at->requests.skip;
      continue;
    }
    Fault fault = at->fault;
    if (at->requests.times != kAlways && --at->requests.times == 0) waiting_.erase(at);
    return fault;
  }
  return std::nullopt;
}

}  // namespace portcullis::test::api
