#include "daemon/base/version.h"

namespace portcullis {

const char* const kVersion = PORTCULLIS_VERSION;

}  // namespace portcullis
