#pragma once

#include "daemon/nri/fields.h"
#include "daemon/nri/sandbox.h"

namespace portcullis::nri {

// A PodSandbox. Throws as the functions of fields.h do.
Sandbox decode_sandbox(Reader message);

}  // namespace portcullis::nri
