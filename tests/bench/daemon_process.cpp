#include "tests/bench/daemon_process.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <utility>

#include "tests/support/process/http_client.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::bench {

DaemonProcess::DaemonProcess(const test::NetworkNamespace& network, std::string kubeconfig)
    : network_(network), kubeconfig_(std::move(kubeconfig)) {
  start();
}

void DaemonProcess::start() {
  process_.emplace(test::ChildSetup{
      {PORTCULLIS_BINARY, "run", "--kubeconfig", kubeconfig_, "--node-name", "local", "--socket",
       runtime_ / "admin.sock", "--snapshot", runtime_ / "ruleset", "--log-level", "warning"},
      {},
      &network_,
      ""});
}

void DaemonProcess::stop() {
  process_->signal(SIGTERM);
  process_->wait();
  process_.reset();
}

bool DaemonProcess::becomes_ready(std::chrono::seconds patience) const {
  return test::wait_until(
      [&] {
        int status = 0;
        network_.run([&] { status = test::http_get("127.0.0.1", 9909, "/readyz").status; });
        return status == 200;
      },
      patience);
}

// /proc/PID/stat: pid (name) state, then numbers; utime and stime are the 14th and 15th field.
std::chrono::milliseconds DaemonProcess::cpu_time() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/stat");
  std::string skipped;
  for (int field = 1; field < 14; ++field) file >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  file >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

std::size_t DaemonProcess::status_kb(const std::string& name) const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/status");
  for (std::string word; file >> word;) {
    std::size_t kb = 0;
    if (word == name && file >> kb) return kb;
  }
  return 0;
}

}  // namespace portcullis::bench
