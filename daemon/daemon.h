#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "compiler/incremental/incremental_compiler.h"
#include "daemon/admin_api.h"
#include "daemon/admin_server.h"
#include "daemon/boot_snapshot_writer.h"
#include "daemon/conntrack_sweeper.h"
#include "daemon/health_server.h"
#include "daemon/metrics.h"
#include "daemon/options.h"
#include "daemon/problem_log.h"
#include "daemon/reconciler.h"
#include "daemon/service_manager.h"
#include "daemon/source/source.h"
#include "daemon/status.h"

namespace portcullis {

// What `portcullis run` consists of, wired (see daemon.cpp). Everything is owned and called by the
// one thread that runs the io_context, which must not run any more once this is destroyed; the
// ConntrackSweeper's thread sees only the conntrack table, the BootSnapshotWriter's only the
// kernel's table and its file.
class Daemon {
 public:
  // Without `conntrack`, connections outlive the ownership of their addresses.
  Daemon(boost::asio::io_context& io, const Options& options, nl::Kernel kernel,
         std::optional<nl::Conntrack> conntrack);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens the socket and the port, and starts to read from the source.
  [[nodiscard]] Result<void> start();

 private:
  Result<void> keep_for_boot();
  void receive(Update update);
  void note_followed(const std::vector<Following>& followed);
  void settle();
  bool must_hold_back();
  void report(const Attempt& attempt);
  void measure(const Attempt& attempt);
  void report_success(const Attempt& attempt);
  void report(const Sweep& sweep);
  void publish(Status status);

  boost::asio::io_context& io_;
  const Options options_;
  Status status_;
  Metrics metrics_;
  std::optional<std::chrono::steady_clock::time_point> told_;  // of what is not enforced yet
  IncrementalCompiler compiler_;
  std::vector<Event> events_;          // not compiled yet
  std::vector<Problem> problems_;      // of the last update
  std::vector<Problem> not_enforced_;  // likewise
  bool complete_ = false;              // every file has been read, of the last update
  bool settling_ = false;              // settle() is queued
  ProblemLog problem_log_;
  Reconciler reconciler_;
  std::optional<ConntrackSweeper> sweeper_;
  std::string sweep_error_;         // of the last sweep; empty: it succeeded
  bool said_kept_ = false;          // that a flowtable keeps connections
  std::unique_ptr<Source> source_;  // once started
  AdminApi admin_api_;
  std::optional<AdminServer> admin_;
  std::optional<HealthServer> health_;
  std::optional<BootSnapshotWriter> boot_snapshot_;  // none: it is off
  Watchdog watchdog_;
};

}  // namespace portcullis
