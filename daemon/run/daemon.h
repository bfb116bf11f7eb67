#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/engine/incremental_compiler.h"
#include "daemon/base/descriptor_watch.h"
#include "daemon/boot/boot_snapshot_writer.h"
#include "daemon/enforce/conntrack_sweeper.h"
#include "daemon/enforce/early_pods.h"
#include "daemon/enforce/port_watch.h"
#include "daemon/enforce/quarantine.h"
#include "daemon/enforce/reconciler.h"
#include "daemon/enforce/unbound_log.h"
#include "daemon/files/manifest_archive.h"
#include "daemon/files/problem_log.h"
#include "daemon/host/host_check.h"
#include "daemon/nri/plugin.h"
#include "daemon/options/options.h"
#include "daemon/run/policy_news.h"
#include "daemon/run/service_manager.h"
#include "daemon/serve/admin_api.h"
#include "daemon/serve/metrics.h"
#include "daemon/serve/services.h"
#include "daemon/serve/status.h"
#include "daemon/source/followed_log.h"
#include "daemon/source/source.h"

namespace portcullis {

// The parts of `portcullis run`, wired (see daemon.cpp). Everything is owned and called by the one
// thread that runs the io_context, which must not run after this is destroyed; the
// ConntrackSweeper's thread sees only the conntrack table, the BootSnapshotWriter's only the
// kernel's table and its file.
class Daemon {
 public:
  // Without `conntrack`, connections outlive a change of an address's owner.
  Daemon(boost::asio::io_context& io, const Options& options, nl::Kernel kernel,
         std::optional<nl::Conntrack> conntrack);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Starts reading from the source and serving.
  [[nodiscard]] Result<void> start();

 private:
  void serve();
  void keep_for_boot();
  std::shared_ptr<LastContents> open_archive();
  void post_trouble(std::string Status::*field, const std::string& trouble);
  void receive(Report report);
  void receive(PodPorts ports);
  void note_source(const Report& report);
  void note_ports(const std::string& trouble);
  void follow_drops();
  void follow_runtime();
  void start_pod(nri::Sandbox sandbox, nri::Sink::Answer answer);
  [[nodiscard]] Result<void> complete(nri::Sandbox& sandbox);
  void end_pod(const nri::Sandbox& sandbox);
  void let_pods_start();
  void settle_early();
  void settle_soon();
  void settle_when_quiet(int turns);
  void settle();
  bool must_hold_back(const Status& status);
  void look_at_host();
  void report(const Attempt& attempt);
  void measure(const Attempt& attempt);
  void report_success(const Attempt& attempt);
  void report(const Sweep& sweep);
  void want(Delta delta);
  void publish(Status status);

  boost::asio::io_context& io_;
  const Options options_;
  Status status_;
  FollowedLog followed_log_;
  Metrics metrics_;
  std::optional<std::chrono::steady_clock::time_point> told_;  // since when changes are pending
  const Result<void> can_log_;                                 // rules can
  IncrementalCompiler compiler_;
  Update pending_;                     // not compiled yet
  std::vector<Problem> problems_;      // of the last report
  std::vector<Problem> not_enforced_;  // likewise
  bool complete_ = false;  // the last content of every file is known, as of the last report
  bool settling_ = false;  // settle() is queued
  bool more_ = false;      // to be settled, since the last turn of the loop
  ProblemLog problem_log_;
  PolicyNews policy_news_;  // not in force yet
  HostCheck host_check_;
  boost::asio::steady_timer host_timer_;
  Reconciler reconciler_;
  bool unverified_ = false;  // of the last attempt
  std::optional<ConntrackSweeper> sweeper_;
  std::string sweep_error_;  // of the last sweep; empty: it succeeded
  bool said_kept_ = false;   // that a flowtable keeps connections
  Quarantine quarantine_;
  PortWatch port_watch_;
  std::optional<nl::PacketLog> packet_log_;  // none: the kernel tells of no dropped packets
  std::optional<DescriptorWatch> packet_watch_;
  UnboundLog unbound_log_;
  EarlyPods early_pods_;
  std::vector<nri::Sink::Answer> held_pods_;  // until what is known is in force
  std::optional<nri::Plugin> runtime_;        // none: it is not asked
  std::optional<PodPorts> first_ports_;       // until the source was read
  std::unique_ptr<Source> source_;            // once started
  AdminApi admin_api_;
  std::optional<Services> services_;
  std::optional<BootSnapshotWriter> boot_snapshot_;  // none: it is off
  Watchdog watchdog_;
};

}  // namespace portcullis
