#pragma once

namespace portcullis {

extern const char* const kVersion;  // "0.1.0"

}  // namespace portcullis
