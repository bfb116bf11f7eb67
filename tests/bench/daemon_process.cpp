#include "tests/bench/daemon_process.h"

#include <csignal>
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

}  // namespace portcullis::bench
