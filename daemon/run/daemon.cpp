#include "daemon/run/daemon.h"

#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include "compiler/ruleset/diff.h"
#include "daemon/base/log.h"
#include "daemon/base/version.h"
#include "daemon/run/object_counts.h"
#include "daemon/source/open_source.h"

namespace portcullis {
namespace {

// "40 pods (2 on this node), 4 namespaces, 3 network policies"
std::string described(const ClusterState& cluster, const std::string& node_name) {
  const auto here =
      std::count_if(cluster.pods().begin(), cluster.pods().end(),
                    [&](const auto& entry) { return entry.second->is_local_to(node_name); });
  std::string text;
  for (const auto& each : kKinds) {
    const auto number = cluster.count(each.kind);
    text += (text.empty() ? "" : ", ") + std::to_string(number) + ' ' +
            (number == 1 ? each.noun : each.nouns);
    if (each.kind == Kind::kPod) text += " (" + std::to_string(here) + " on this node)";
  }
  return text;
}

void log_news(const ProblemLog::News& news) {
  for (const std::string& line : news.appeared) log_warning(line);
  for (const std::string& line : news.gone) log_info("resolved: " + line);
}

void log_change(const std::string& before, const std::string& now) {
  if (before == now) return;
  now.empty() ? log_info("resolved: " + before) : log_warning(now);
}

// Whether rules can log to the group: one that the kernel cannot make would fail every commit.
Result<void> try_to_log(const Options& options, nl::Kernel& kernel) {
  if (!options.log_group) return {};
  Ruleset logging;
  logging.chains["log"] = {{"log", {}, ""}, {{{RateLimit{1}, Log{*options.log_group, "probe"}}}}};
  return kernel.rehearse(diff({}, logging));
}

BindingOptions binding_of(const Options& options, bool can_log) {
  auto binding = options.binding;
  if (can_log) binding.log_group = options.log_group;
  if (options.closes_unknown_pods) binding.unknown_pods = options.pod_marks;
  return binding;
}

}  // namespace

//     API server           manifest directory
//            | list, watch     | inotify
//     ApiSource            DirectorySource
//            |                 |
//            '--- one of them -'
//            | Report: an Update, and the current problems -- ProblemLog -------> log
//            | once for all pending updates
//     IncrementalCompiler: ClusterState <-- AdminApi <--> AdminServer: explain,
//            |  ^          lost addresses --------------.       matrix, dump, diff
//            |  '-- Quarantine: does the node still     |
//            |      have its addresses? On its own      |
//            |      thread: nl::AttachedAddresses       |
//            | Delta                                    v
//     Reconciler    Attempt succeeded: enforced() ConntrackSweeper -------------> log
//            |      |  '---- committed() -----.          | on its own thread
//            |      | Attempt                 v        nl::Conntrack
//            |      |                     BootSnapshotWriter, on its own thread
//            |      |                         | the kernel's table -> file, for the next boot
//            |      Status --> HealthServer, on its own thread: /healthz, /readyz, /metrics
//            |           '---> systemd
//            | Delta
//     nl::Kernel
Daemon::Daemon(boost::asio::io_context& io, const Options& options, nl::Kernel kernel,
               std::optional<nl::Conntrack> conntrack)
    : io_(io),
      options_(options),
      can_log_(try_to_log(options, kernel)),
      compiler_(options.node_name, options.budgets, binding_of(options, can_log_.has_value())),
      host_check_(options.node_name),
      host_timer_(io),
      reconciler_(
          io, std::move(kernel), ReconcilerTiming{}, [this] { return compiler_.ruleset(); },
          [this](const Attempt& attempt) { report(attempt); }),
      quarantine_(
          io, compiler_, [this] { return reconciler_.in_force(); }, [this] { settle_soon(); },
          [this](Delta delta) { want(std::move(delta)); }),
      port_watch_(
          io, [this](const Address& address) { return compiler_.is_claimed(address); },
          [this](PodPorts ports) { receive(std::move(ports)); },
          [this](const std::string& trouble) { note_ports(trouble); }),
      early_pods_(options.node_name),
      admin_api_(io, reconciler_, compiler_.cluster(), status_),
      watchdog_(io) {
  if (!conntrack) return;
  auto shared = std::make_shared<nl::Conntrack>(std::move(*conntrack));
  sweeper_.emplace(
      io, [shared](const std::vector<Address>& addresses) { return shared->forget(addresses); },
      SweeperTiming{}, [this](const Sweep& sweep) { report(sweep); });
}

Result<void> Daemon::start() {
  const DirectorySettings directory{.isolates_pods = reconciler_.table_isolates(),
                                    .last = open_archive()};
  auto source = open_source(
      io_, options_, [this](Report report) { receive(std::move(report)); }, directory);
  if (!source) return tl::unexpected(source.error());
  source_ = std::move(*source);
  log_info(std::string("portcullis ") + version() + ": node " + options_.node_name + ", " +
           source_->name());
  if (auto started = source_->start(); !started) return started;
  if (const auto listening = reconciler_.listen(); !listening) {
    log_warning("cannot watch the table, so changes by others are found late: " +
                listening.error().message);
  }
  if (options_.anti_spoofing) port_watch_.start();
  follow_drops();
  keep_for_boot();
  serve();
  follow_runtime();
  // The host's start must not wait for an API server.
  if (source_->is_remote()) tell_ready(headline(status_));
  return {};
}

// Nothing is compiled before everything was read once.
void Daemon::receive(Report report) {
  note_source(report);
  pending_.append(std::move(report.update));
  if (!report.synced) return;
  if (!told_) told_ = std::chrono::steady_clock::now();
  problems_ = std::move(report.problems);
  not_enforced_ = std::move(report.not_enforced);
  complete_ = report.complete;
  settle_soon();
}

void Daemon::receive(PodPorts ports) {
  quarantine_.look_again();
  if (status_.source_read) return want(compiler_.set_ports(std::move(ports)));
  first_ports_ = std::move(ports);
}

void Daemon::note_ports(const std::string& trouble) {
  Status status = status_;
  status.ports_fault = trouble.empty() ? "" : "not all pods' interfaces are known: " + trouble;
  log_change(status_.ports_fault, status.ports_fault);
  publish(std::move(status));
}

void Daemon::note_source(const Report& report) {
  const auto news = followed_log_.take(report.followed);
  for (const auto& line : news.warnings) log_warning(line);
  for (const auto& line : news.infos) log_info(line);
  Status status = status_;
  status.followed = report.followed;
  status.source_fault = report.fault;
  status.never_read.clear();
  for (const auto& file : report.never_read) status.never_read.push_back(file.string());
  publish(std::move(status));
}

void Daemon::settle_soon() {
  more_ = true;
  if (std::exchange(settling_, true)) return;
  settle_when_quiet(0);
}

// What has already arrived from the source is settled together: a stream that has told of something
// begins its next read at once, and in the next turn of the loop has what that brought.
void Daemon::settle_when_quiet(int turns) {
  constexpr int kMostTurns = 32;
  boost::asio::post(io_, [=, this] {
    const bool waits = std::exchange(more_, false) && turns < kMostTurns;
    waits ? settle_when_quiet(turns + 1) : settle();
  });
}

void Daemon::settle() {
  settling_ = false;
  const bool first = !status_.source_read;
  auto update = early_pods_.complete(std::exchange(pending_, {}));
  auto delta = compiler_.apply(update, [this](const Change& change) {
    metrics_.count(change);
    policy_news_.note(change);
    host_check_.note(change);
  });
  if (sweeper_) sweeper_->lose(delta.lost);
  if (first_ports_) compiler_.set_ports(*std::exchange(first_ports_, {}));
  if (first) look_at_host();
  Status status = status_;
  status.source_read = true;
  status.held_back = must_hold_back(status);
  if (!status.held_back) {
    if (!quarantine_.recovered()) return;
    quarantine_.follow();
    status.quarantined = compiler_.cluster().quarantined().size();
  }
  auto problems = problems_;
  const auto rejected = compiler_.rejected();
  for (const auto& each : rejected) problems.push_back(to_problem(each));
  auto lines = problem_lines(problems, compiler_.conflicts());
  status.unreadable_files = unreadable_files(problems_);
  status.problems = lines.size();
  status.not_enforced = not_enforced_.size();
  status.objects = count_objects(compiler_.cluster(), problems);
  status.rejected_profiles = static_cast<std::size_t>(
      std::ranges::count_if(rejected, [](const Rejection& each) { return !is_policy(each); }));
  lines.merge(problem_lines(not_enforced_, {}));
  log_news(problem_log_.update(std::move(lines)));
  publish(std::move(status));
  if (status_.held_back) return reconciler_.hold();
  if (first) malloc_trim(0);  // reading used much memory that is free now
  if (first) log_info("read " + described(compiler_.cluster(), options_.node_name));
  reconciler_.want(std::move(delta));
}

// The known objects may be fewer than those that isolated pods in the last run, and committing them
// could open those pods. If there are no rules yet, some are better than none.
bool Daemon::must_hold_back(const Status& status) {
  const bool is_doubtful =
      !complete_ || !status.source_fault.empty() || !status.node_name_fault.empty();
  return is_doubtful && !status.committed && reconciler_.table_isolates();
}

// After a change of the node's interfaces or addresses.
void Daemon::want(Delta delta) {
  Status status = status_;
  status.quarantined = compiler_.cluster().quarantined().size();
  publish(std::move(status));
  if (reconciler_.state() != Reconciler::State::kWaiting) reconciler_.want(std::move(delta));
}

void Daemon::publish(Status status) {
  // The start need not wait until a file is fixed: the rules of the last run are in force.
  const auto started = [](const Status& each) { return each.committed || each.held_back; };
  const bool first = started(status) && !started(status_);
  if (status == status_) return;
  log_change(status_.source_fault, status.source_fault);
  log_change(status_.node_name_fault, status.node_name_fault);
  log_change(status_.bridge_fault, status.bridge_fault);
  log_change(status_.bridge_table_fault, status.bridge_table_fault);
  const bool is_held = status.held_back && !status_.held_back;
  status_ = std::move(status);
  if (is_held) log_warning(headline(status_));
  first ? tell_ready(headline(status_)) : tell_status(headline(status_));
}

void Daemon::follow_drops() {
  if (!options_.log_group) return;
  auto log = can_log_.and_then([&] { return nl::PacketLog::open(*options_.log_group); });
  if (!log) {
    const auto other = log.error().code == ErrorCode::kBusy ? ": give another --nflog-group" : "";
    return log_warning("what pods may not send is dropped without a line in the log: " +
                       log.error().message + other);
  }
  packet_log_.emplace(std::move(*log));
  packet_watch_.emplace(io_, packet_log_->fd(), [this] {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& packet : packet_log_->read()) {
      const auto line = unbound_log_.take(packet, compiler_.bindings(), now);
      if (line) log_warning(*line);
    }
  });
}

}  // namespace portcullis
