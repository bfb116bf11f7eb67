#include "tests/support/process/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/support/process/wait_until.h"

namespace portcullis::test {
namespace {

constexpr int kCannotStart = 127;

int make_file(const char* name) {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) {
    std::perror("memfd_create");
    std::abort();
  }
  return fd;
}

int make_input(const std::string& text) {
  const int fd = make_file("stdin");
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string contents(int fd) {
  struct stat status {};
  fstat(fd, &status);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

}  // namespace

ChildProcess::ChildProcess(const ChildSetup& setup)
    : out_(make_file("stdout")), err_(make_file("stderr")) {
  std::vector<std::string> arguments = setup.arguments;
  std::vector<std::string> environment = whole_environment(setup.environment);
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  const int in = make_input(setup.input);
  const int network = setup.network != nullptr ? setup.network->fd() : -1;
  pid_ = fork();
  if (pid_ == 0) {  // only what is safe after a fork of a process with threads
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);  // a listening socket would live on
    if (network >= 0 && setns(network, CLONE_NEWNET) != 0) _exit(kCannotStart);
    dup2(in, STDIN_FILENO);
    dup2(out_, STDOUT_FILENO);
    dup2(err_, STDERR_FILENO);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(kCannotStart);
  }
  close(in);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int ChildProcess::wait() {
  if (pid_ > 0) {
    if (!wait_until([&] { return waitpid(pid_, &status_, WNOHANG) != 0; },
                    std::chrono::seconds(60))) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status_, 0);
    }
    pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string ChildProcess::out() const { return contents(out_); }
std::string ChildProcess::err() const { return contents(err_); }

Finished run_to_end(const ChildSetup& setup) {
  ChildProcess child(setup);
  const int code = child.wait();
  return {code, child.out(), child.err()};
}

}  // namespace portcullis::test
