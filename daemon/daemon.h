#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "compiler/cluster_state.h"
#include "daemon/admin_api.h"
#include "daemon/admin_server.h"
#include "daemon/health_server.h"
#include "daemon/options.h"
#include "daemon/problem_log.h"
#include "daemon/reconciler.h"
#include "daemon/source/directory_source.h"
#include "daemon/status.h"

namespace portcullis {

// What `portcullis run` consists of, wired (see daemon.cpp). Everything is owned and called by the
// one thread that runs the io_context, which must not run any more once this is destroyed; the
// HealthServer's threads see only what StatusBoard publishes.
class Daemon {
 public:
  Daemon(boost::asio::io_context& io, const Options& options, nl::Kernel kernel);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens the socket and the port, and starts to read the manifests.
  [[nodiscard]] Result<void> start();

 private:
  void receive(Update update);
  void settle();
  bool must_hold_back();
  void report(const Attempt& attempt);
  void report_success(const Attempt& attempt);
  void publish(Status status);

  boost::asio::io_context& io_;
  const Options options_;
  Status status_;
  StatusBoard board_;
  ClusterState cluster_;
  std::vector<Problem> problems_;  // of the last update
  bool complete_ = false;          // every file has been read, of the last update
  bool settling_ = false;          // settle() is queued
  bool cluster_changed_ = true;    // since the last compile(); the first one is due anyway
  ProblemLog problem_log_;
  Reconciler reconciler_;
  DirectorySource source_;
  AdminApi admin_api_;
  std::optional<AdminServer> admin_;
  std::optional<HealthServer> health_;  // destroyed first: its threads read what is above
};

}  // namespace portcullis
