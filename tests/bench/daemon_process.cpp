#include "tests/bench/daemon_process.h"

#include <csignal>
#include <utility>

#include "tests/support/process/http_client.h"
#include "tests/support/process/wait_until.h"

namespace portcullis::bench {

DaemonProcess::DaemonProcess(const test::NetworkNamespace& network,
                             std::vector<std::string> arguments)
    : network_(network), arguments_(std::move(arguments)) {
  start();
}

DaemonProcess::DaemonProcess(const test::NetworkNamespace& network, const std::string& kubeconfig)
    : DaemonProcess(network, std::vector<std::string>{"--kubeconfig", kubeconfig}) {}

void DaemonProcess::start() {
  test::ChildSetup setup{
      {PORTCULLIS_BINARY, "run", "--node-name", "local", "--socket", runtime_ / "admin.sock",
       "--snapshot", runtime_ / "ruleset", "--log-level", "warning"},
      {},
      &network_,
      ""};
  setup.arguments.insert(setup.arguments.end(), arguments_.begin(), arguments_.end());
  process_.emplace(setup);
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
