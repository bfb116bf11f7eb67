#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"

namespace portcullis::test {

struct ChildSetup {
  std::vector<std::string> arguments;         // the program first, found in PATH
  std::vector<std::string> environment;       // "NAME=value", added to this process's
  const NetworkNamespace* network = nullptr;  // where it runs; null: here
  std::string input;                          // its standard input
};

// A real process; its output is kept in memory. It is killed and reaped when this is destroyed, and
// killed by the kernel if the thread that started it dies.
class ChildProcess {
 public:
  explicit ChildProcess(const ChildSetup& setup);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  void signal(int number) const;
  pid_t pid() const { return pid_; }  // -1 once it has been waited for

  // Its exit code, or -signal. Kills it after a minute: -SIGKILL.
  int wait();

  std::string out() const;  // what it has written so far
  std::string err() const;

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  int out_ = -1;
  int err_ = -1;
};

struct Finished {
  int code = 0;
  std::string out;
  std::string err;
};

Finished run_to_end(const ChildSetup& setup);

}  // namespace portcullis::test
