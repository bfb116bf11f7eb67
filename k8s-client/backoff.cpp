#include "k8s-client/backoff.h"

#include <algorithm>

namespace portcullis::k8s {

// What a server asks for is jittered on top, for it asks all of us for the same.
Backoff::Duration Backoff::next(Duration asked) {
  std::uniform_int_distribution<Duration::rep> any(0, bound_.count());
  bound_ = std::min(bound_ * 2, limits_.longest);
  return asked + Duration{any(random_)};
}

}  // namespace portcullis::k8s
