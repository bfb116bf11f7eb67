#include "k8s-client/watch/backoff.h"

#include <algorithm>

namespace portcullis::k8s {

// A server's Retry-After is jittered on top, since every client gets the same value.
Backoff::Duration Backoff::next(Duration asked) {
  std::uniform_int_distribution<Duration::rep> any(0, bound_.count());
  bound_ = std::min(bound_ * 2, limits_.longest);
  return asked + Duration{any(random_)};
}

}  // namespace portcullis::k8s
