#pragma once

#include <string>

#include "compiler/base/result.h"

namespace portcullis {

// {"apiVersion": "portcullis/v1", "kind": "Error", "warnings": [],
//  "error": {"code": "NotFound", "message": "there is no pod default/web"}}
std::string print_json(const Error& error);

}  // namespace portcullis
