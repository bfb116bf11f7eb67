#include "daemon/base/version.h"

namespace portcullis {

const char* version() { return PORTCULLIS_VERSION; }

}  // namespace portcullis
