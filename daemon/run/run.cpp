#include "daemon/run/run.h"

#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "daemon/host/instance_lock.h"
#include "daemon/run/daemon.h"
#include "daemon/run/service_manager.h"

namespace portcullis {
namespace {

void stop_on_signal(boost::asio::io_context& io, boost::asio::signal_set& signals) {
  signals.async_wait([&io](const boost::system::error_code& error, int number) {
    if (error) return;
    tell_stopping();
    log_info(std::string(number == SIGTERM ? "SIGTERM" : "SIGINT") +
             ": stopping; the rules stay in the kernel");
    io.stop();
  });
}

// Returns the buffers of list pages to the kernel when they are freed: otherwise glibc, having seen
// such blocks freed, keeps them in the heaps of the threads. Smaller memory stays for the next use.
void return_large_memory() {
  constexpr int kLarge = 1 << 20;  // bytes
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kLarge);
}

std::optional<nl::Conntrack> open_conntrack() {
  auto conntrack = nl::Conntrack::open();
  if (conntrack) return std::move(*conntrack);
  log_warning("connections of pods that lose their address cannot be ended: " +
              conntrack.error().message);
  return std::nullopt;
}

}  // namespace

Result<ExitCode> run(const Options& options) {
  return_large_memory();
  start_log(options.log_level);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  stop_on_signal(io, signals);

  auto kernel = nl::Kernel::open(nl::ownership(options.shares_table));
  if (!kernel) return tl::unexpected(kernel.error());
  const auto lock = InstanceLock::take();
  if (!lock) return tl::unexpected(lock.error());
  Daemon daemon(io, options, std::move(*kernel), open_conntrack());
  const auto started = daemon.start();
  if (!started) return tl::unexpected(started.error());
  io.run();
  return ExitCode::kOk;
}

}  // namespace portcullis
