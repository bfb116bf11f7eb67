#pragma once

#include <string>

#include "compiler/base/content_hash.h"
#include "compiler/model/objects.h"
#include "compiler/ruleset/ruleset.h"

namespace portcullis {

// Counts what some chains drop. It outlives them: it belongs to whom they are of, whatever these
// say.
struct DeniedCounter {
  CounterSpec spec;
  std::string whole;  // what its name is a hash of: the comment before it was cut

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
