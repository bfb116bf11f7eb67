#pragma once

#include <string>

#include "compiler/base/result.h"
#include "compiler/model/selector.h"

namespace portcullis {

// As kubectl takes it with -l: "app=web,tier!=db,env in (a,b),env notin (c),new,!old". The inverse
// of to_string(). kInvalidInput names the invalid part.
[[nodiscard]] Result<LabelSelector> parse_selector(const std::string& text);

}  // namespace portcullis
