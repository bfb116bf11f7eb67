#include "tests/support/netns/requirement.h"

#include <cstdlib>

namespace portcullis::test {

bool nf_tables_must_work() {
  static const bool works =
      std::system("unshare --net nft list tables >/dev/null 2>&1") == 0;  // NOLINT(cert-env33-c)
  return works;
}

}  // namespace portcullis::test
