#include "k8s-client/access/exec_plugin.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/process/temporary_directory.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::k8s {
namespace {

using namespace std::chrono_literals;
using portcullis::test::TemporaryDirectory;
using portcullis::test::wait_until;

ExecPlugin shell(const std::string& script) {
  ExecPlugin plugin;
  plugin.command = "sh";
  plugin.arguments = {"-c", script};
  return plugin;
}

Result<std::string> run(const ExecPlugin& plugin, std::chrono::milliseconds limit = 60s) {
  return run_exec_plugin(plugin, "the info", limit);
}

TEST(ExecPlugin, GetsItsEnvironmentAndNoInput) {
  auto plugin = shell("cat; printf '%s|%s|%s' \"$KUBERNETES_EXEC_INFO\" \"$A\" \"${PATH:+path}\"");
  plugin.environment = {{"A", "b c"}};
  const auto out = run(plugin);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(*out, "the info|b c|path");
}

TEST(ExecPlugin, OutputOfAnyLength) {
  const auto out = run(shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"));
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->size(), 300000U);
}

TEST(ExecPlugin, FailureIsToldWithWhatItSays) {
  const auto out = run(shell("echo; echo 'log in\nfirst' >&2; exit 3"));
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::kIo);
  EXPECT_NE(out.error().message.find("/sh failed with exit code 3; it says: log in first"),
            std::string::npos)
      << out.error().message;
  const auto killed = run(shell("kill -9 $$"));
  ASSERT_FALSE(killed);
  EXPECT_NE(killed.error().message.find("failed with signal 9; it wrote nothing to standard error"),
            std::string::npos)
      << killed.error().message;
}

TEST(ExecPlugin, AMissingProgramIsToldWithItsHint) {
  ExecPlugin plugin;
  plugin.command = "portcullis-no-such-program";
  plugin.install_hint = "see example.org";
  const auto by_name = run(plugin);
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(by_name.error().message,
            "there is no program portcullis-no-such-program; install it: see example.org");
  plugin.command = "/nowhere/login";
  EXPECT_FALSE(run(plugin));
}

TEST(ExecPlugin, WhatIsNoProgramIsTold) {
  const TemporaryDirectory directory;
  ExecPlugin plugin;
  plugin.command = directory / "login";
  portcullis::test::write_file(plugin.command,
                               "\x7f"
                               "ELF, but not really");
  std::filesystem::permissions(plugin.command, std::filesystem::perms::owner_all);
  const auto out = run(plugin);
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("cannot be started: Exec format error"), std::string::npos)
      << out.error().message;
}

// Also its child, which would keep its output open.
TEST(ExecPlugin, IsKilledWhenItTakesTooLong) {
  const TemporaryDirectory directory;
  const auto file = directory / "pid";
  const auto out = run(shell("sleep 1000 & echo $! > " + file + "; echo waiting >&2; wait"), 300ms);
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("a timeout after 300 ms, and was killed; it says: waiting"),
            std::string::npos)
      << out.error().message;
  pid_t sleeper = 0;
  std::ifstream(file) >> sleeper;
  ASSERT_GT(sleeper, 0);
  EXPECT_TRUE(wait_until([&] { return kill(sleeper, 0) != 0; }));
}

TEST(ExecPlugin, ASilentOneThatIsKilledIsToldAsSilent) {
  const auto out = run(shell("exec sleep 1000"), 300ms);
  ASSERT_FALSE(out);
  EXPECT_TRUE(out.error().message.ends_with(
      "a timeout after 300 ms, and was killed; it wrote nothing to standard error"))
      << '"' << out.error().message << '"';
}

TEST(ExecPlugin, OneThatWroteBeforeItIsKilledIsToldWithNothingElse) {
  const auto out = run(shell("echo waiting >&2; exec sleep 1000"), 300ms);
  ASSERT_FALSE(out);
  EXPECT_TRUE(out.error().message.ends_with("it says: waiting"))
      << '"' << out.error().message << '"';
}

TEST(ExecPlugin, WhatItSaysIsEscaped) {
  const auto out = run(shell("printf 'a\\033[2J\\377\\000' >&2; exit 1"));
  ASSERT_FALSE(out);
  EXPECT_TRUE(out.error().message.ends_with("it says: a\\x1b[2J\\xff\\x00")) << out.error().message;
}

TEST(ExecPlugin, MayCloseItsOutputEarly) {
  const auto out = run(shell("echo done; exec >&- 2>&-; exit 7"));
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("exit code 7"), std::string::npos) << out.error().message;
}

TEST(ExecPlugin, InheritsNoOpenFiles) {
  const int open_file = open("/dev/null", O_RDONLY);
  const auto out = run(shell("ls /proc/self/fd | wc -l"));
  close(open_file);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(*out, "4\n") << "beside 0, 1 and 2, the directory itself";
}

TEST(ExecPlugin, SeveralAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&right, i] {
      const auto out = run(shell("echo " + std::to_string(i)));
      if (out && *out == std::to_string(i) + '\n') ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
}

}  // namespace
}  // namespace portcullis::k8s
