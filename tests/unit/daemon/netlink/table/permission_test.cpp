#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/kernel_fixture.h"

namespace portcullis::test {
namespace {

// Only for this thread: the capabilities of the process stay.
bool drop_all_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

class Permission : public KernelTest {};

TEST_F(Permission, MissingCapabilityIsNamed) {
  inside().run([] {
    ASSERT_TRUE(drop_all_capabilities());
    const auto opened = nl::Kernel::open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kPermission);
    EXPECT_EQ(opened.error().message,
              "CAP_NET_ADMIN is missing in this network namespace: run as root or grant the "
              "capability");
  });
}

TEST_F(Permission, LostAfterOpening) {
  inside().run([&] {
    ASSERT_TRUE(drop_all_capabilities());
    const auto committed = kernel().commit(to_table(TableChange::kAdd));
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::kPermission) << committed.error().message;
    EXPECT_THAT(committed.error().message, ::testing::HasSubstr("CAP_NET_ADMIN"));
  });
}

}  // namespace
}  // namespace portcullis::test
