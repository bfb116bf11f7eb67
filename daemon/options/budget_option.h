#pragma once

#include <string>

#include "compiler/base/result.h"
#include "compiler/model/budget.h"

namespace portcullis {

// "rules=4096,memory=33554432": changes these limits and leaves the others. `pods`: receives that
// limit; null: it is not allowed.
[[nodiscard]] Result<void> set_budget(Budget& budget, std::size_t* pods, const std::string& value);

}  // namespace portcullis
