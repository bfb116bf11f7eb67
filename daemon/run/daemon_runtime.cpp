#include <chrono>
#include <string>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/run/daemon.h"

// Pods of which the container runtime tells: each is isolated before its first container starts.
namespace portcullis {
namespace {

EarlyPods::Seconds now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
      .count();
}

std::string name_of(const nri::Sandbox& sandbox) { return sandbox.ns + "/" + sandbox.name; }

}  // namespace

void Daemon::follow_runtime() {
  if (options_.nri_socket.empty()) return;
  nri::Timing timing;
  timing.answer = options_.nri_timeout;
  nri::Sink sink;
  sink.synchronized = [this](std::vector<nri::Sandbox> sandboxes) {
    for (auto& sandbox : sandboxes) static_cast<void>(complete(sandbox));
    early_pods_.synchronized(sandboxes, now());
    settle_early();
  };
  sink.started = [this](const nri::Sandbox& sandbox, nri::Sink::Answer answer) {
    start_pod(sandbox, std::move(answer));
  };
  sink.refused = [this](const nri::Sandbox& sandbox) {
    metrics_.refused_pod();
    end_pod(sandbox);
    const auto why =
        "the policies of pod " + name_of(sandbox) + " are not in force yet: " + headline(status_);
    log_error("refused a pod's start: " + why);
    return "portcullis: " + why;
  };
  sink.lost = [this](const nri::Sandbox& sandbox) {
    metrics_.started_pod_early();
    log_error("pod " + name_of(sandbox) +
              " starts before its policies are in force, as the runtime no longer waits");
  };
  sink.stopped = [this](const nri::Sandbox& sandbox) { end_pod(sandbox); };
  sink.removed = sink.stopped;
  sink.state = [this](const nri::State& state) {
    log_info("container runtime: " + state.text);
    Status status = status_;
    status.runtime = state.text;
    status.runtime_connected = state.status == nri::Status::kConnected;
    publish(std::move(status));
  };
  runtime_.emplace(io_, options_.nri_socket, timing, std::move(sink));
}

// The runtime waits: what else is pending goes with it, at once. A pod on the node's network is
// never isolated.
void Daemon::start_pod(nri::Sandbox sandbox, nri::Sink::Answer answer) {
  if (sandbox.network_namespace.empty()) return answer();
  port_watch_.look();
  // Otherwise it is isolated once the API server tells its addresses, as without NRI.
  if (const auto complete_now = complete(sandbox); !complete_now) {
    metrics_.started_pod_early();
    log_warning("pod " + name_of(sandbox) +
                " starts before it is isolated: the container runtime does not tell its addresses "
                "(containerd does from 2.1 on), and " +
                complete_now.error().message);
  }
  held_pods_.push_back(std::move(answer));
  early_pods_.started(sandbox, now());
  if (status_.source_read) settle();
}

// containerd before 2.1 does not tell the addresses: they are in the namespace.
Result<void> Daemon::complete(nri::Sandbox& sandbox) {
  if (!sandbox.addresses.empty() || sandbox.network_namespace.empty()) return {};
  auto found = port_watch_.addresses_in(sandbox.network_namespace);
  if (!found) return tl::unexpected(found.error());
  if (found->empty())
    return failure(ErrorCode::kNotFound, sandbox.network_namespace + " has no address");
  sandbox.addresses = std::move(*found);
  return {};
}

void Daemon::end_pod(const nri::Sandbox& sandbox) {
  early_pods_.ended(sandbox);
  settle_early();
}

void Daemon::let_pods_start() {
  for (const auto& answer : std::exchange(held_pods_, {})) answer();
}

void Daemon::settle_early() {
  if (status_.source_read) settle_soon();
}

}  // namespace portcullis
