#pragma once

#include <string>
#include <vector>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test {

// A host for the documentation's commands as written: a mount namespace with private /etc, /run and
// /var/lib, in a network namespace, with a copy of the documentation and manifests as the working
// directory. Nothing of it is left when this is gone.
class Sandbox {
 public:
  // `portcullis` is the program's path; `path` are further program directories, after PATH's. The
  // network must outlive it.
  Sandbox(const NetworkNamespace& network, const std::string& portcullis,
          const std::string& path = "");

  // False if the kernel does not permit a mount namespace: a reason to skip. log() says why.
  bool is_ready() const;
  std::string log() const { return holder_.err(); }

  // Runs a command line, in the copy of the repository.
  Finished run(const std::string& command, const std::vector<std::string>& environment = {}) const;
  ChildProcess start(const std::string& command) const;

  // A daemon that was started there is ready, at its default address, before the deadline.
  bool daemon_becomes_ready() const;

 private:
  ChildSetup setup(const std::string& command, const std::vector<std::string>& environment) const;

  const NetworkNamespace& network_;
  TemporaryDirectory directory_;
  std::string path_;
  ChildProcess holder_;  // of the mount namespace
};

}  // namespace portcullis::test
