#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/ruleset/ruleset.h"

namespace portcullis::test {

// The set with that name, or the dispatch set of any generation; aborts if there is none.
inline const Set& find_set(const Ruleset& ruleset, const std::string& name) {
  const auto exact = ruleset.sets.find(name);
  if (exact != ruleset.sets.end()) return exact->second;
  const auto generation = ruleset.sets.lower_bound(name + "-");
  if (generation != ruleset.sets.end() && generation->first.starts_with(name + "-")) {
    return generation->second;
  }
  std::fprintf(stderr, "the ruleset has no set %s\n", name.c_str());
  std::abort();
}

}  // namespace portcullis::test
