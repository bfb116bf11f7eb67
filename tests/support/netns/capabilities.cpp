#include "tests/support/netns/capabilities.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace portcullis::test {

bool keep_capabilities(std::initializer_list<int> kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (const int capability : kept) {
    auto& word = data[capability / 32];
    word.effective |= 1U << (capability % 32);
    word.permitted |= 1U << (capability % 32);
  }
  return syscall(SYS_capset, &header, data) == 0;
}

}  // namespace portcullis::test
