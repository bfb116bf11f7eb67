#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/process_usage.h"
#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::bench {

// The real daemon of the node "local", in a network namespace with its loopback device up.
class DaemonProcess {
 public:
  // Starts it, without waiting; `arguments` are those of its source, and further ones.
  DaemonProcess(const test::NetworkNamespace& network, std::vector<std::string> arguments);
  DaemonProcess(const test::NetworkNamespace& network, const std::string& kubeconfig);

  void stop();   // with SIGTERM, to its end; its rules stay
  void start();  // again, with the files that it left
  void signal(int number) const { process_->signal(number); }

  // It enforces its initial objects.
  bool becomes_ready(std::chrono::seconds patience) const;

  std::size_t memory_kb() const { return bench::memory_kb(process_->pid()); }
  std::size_t peak_memory_kb() const { return bench::peak_memory_kb(process_->pid()); }
  std::chrono::milliseconds cpu_time() const { return bench::cpu_time(process_->pid()); }

  std::string log() const { return process_->err(); }  // warnings and errors

 private:
  const test::NetworkNamespace& network_;
  const std::vector<std::string> arguments_;
  test::TemporaryDirectory runtime_;
  std::optional<test::ChildProcess> process_;  // none: stopped
};

}  // namespace portcullis::bench
