#pragma once

namespace portcullis {

const char* version();  // "0.1.0"

}  // namespace portcullis
