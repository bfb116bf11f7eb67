#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "tests/support/netns/network_namespace.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::bench {

// The real daemon of the node "local", in a network namespace with its loopback device up.
class DaemonProcess {
 public:
  DaemonProcess(const test::NetworkNamespace& network, const std::string& kubeconfig);

  // It enforces its initial objects.
  bool becomes_ready(std::chrono::seconds patience) const;

  std::size_t memory_kb() const { return status_kb("VmRSS:"); }       // resident
  std::size_t peak_memory_kb() const { return status_kb("VmHWM:"); }  // the most there ever was

  std::chrono::milliseconds cpu_time() const;  // of all its threads, until now

  std::string log() const { return process_.err(); }  // warnings and errors

 private:
  std::size_t status_kb(const std::string& name) const;

  const test::NetworkNamespace& network_;
  test::TemporaryDirectory runtime_;
  test::ChildProcess process_;
};

}  // namespace portcullis::bench
