#pragma once

#include <string>

#include "compiler/base/content_hash.h"
#include "compiler/model/objects.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// Counts what the chains of some policies drop. It outlives them: it is named after the policies,
// and not after what they say.
struct DeniedCounter {
  CounterSpec spec;
  std::string whole;  // its name is a hash of this: the comment before it was cut

  bool operator==(const DeniedCounter&) const = default;
};

// `whose`: "shop/web, shop/all".
DeniedCounter denied_counter(Direction direction, const std::string& whose,
                             ContentHash hash = content_hash);

// What the counter's comment says of it, as far as it was not cut.
struct Denied {
  std::string direction;  // "ingress"
  std::string whose;
};
Denied denied_by(const CounterSpec& counter);

const char* in_or_out(Direction direction);  // "in-", "out-"

}  // namespace portcullis
