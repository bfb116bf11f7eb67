#include <gmock/gmock.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "daemon/netlink/table/kernel.h"
#include "tests/support/model/deltas.h"
#include "tests/unit/daemon/netlink/table/samples.h"

// A process that may not exceed the limits of net.core: root of a separate user namespace.
namespace portcullis::test {
namespace {

constexpr int kCannotUnshare = 77;

struct Outcome {
  int status = -1;
  std::string text;
};

// The result of `work` in a child process with new user and network namespaces.
Outcome in_user_namespace(const std::function<std::string(nl::Kernel&)>& work) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) _exit(kCannotUnshare);
    auto kernel = nl::Kernel::open();
    const std::string text = kernel ? work(*kernel) : kernel.error().message;
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  Outcome outcome;
  char part[512];
  for (ssize_t size; (size = read(ends[0], part, sizeof part)) > 0;) {
    outcome.text.append(part, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

std::size_t limit(const char* name) {
  std::size_t value = 0;
  std::ifstream("/proc/sys/net/core/" + std::string(name)) >> value;
  return value;
}

std::string told(const Result<void>& committed) {
  if (committed) return "taken";
  return std::to_string(static_cast<int>(committed.error().code)) + " " + committed.error().message;
}

std::string code(ErrorCode code) { return std::to_string(static_cast<int>(code)) + " "; }

TEST(Limits, SmallTransactionsWorkWithin) {
  const Outcome outcome = in_user_namespace(
      [](nl::Kernel& kernel) { return told(kernel.commit(to_table(TableChange::kAdd))); });
  if (outcome.status == kCannotUnshare) GTEST_SKIP() << "cannot make a user namespace";
  EXPECT_EQ(outcome.text, "taken");
}

// Each rejection is an answer, and needs more room in the socket than its request.
TEST(Limits, LostAnswersAreNoSuccess) {
  const std::size_t enough = limit("rmem_max") / 100;
  const Outcome outcome = in_user_namespace([&](nl::Kernel& kernel) {
    auto delta = to_table(TableChange::kAdd);
    for (std::size_t i = 0; i < enough; ++i) delta.gone.counters.insert("c" + std::to_string(i));
    return told(kernel.commit(delta));
  });
  if (outcome.status == kCannotUnshare) GTEST_SKIP() << "cannot make a user namespace";
  EXPECT_THAT(outcome.text, ::testing::StartsWith(code(ErrorCode::kInterrupted)));
}

TEST(Limits, BatchAboveTheLimitSaysWhatToDo) {
  const auto elements = static_cast<std::uint32_t>(limit("wmem_max") / 4);
  const Outcome outcome = in_user_namespace(
      [&](nl::Kernel& kernel) { return told(kernel.commit(diff({}, big_set(elements)))); });
  if (outcome.status == kCannotUnshare) GTEST_SKIP() << "cannot make a user namespace";
  EXPECT_THAT(outcome.text, ::testing::StartsWith(code(ErrorCode::kPermission)));
  EXPECT_THAT(outcome.text, ::testing::HasSubstr("net.core.wmem_max"));
}

}  // namespace
}  // namespace portcullis::test
