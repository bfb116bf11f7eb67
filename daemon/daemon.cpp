#include "daemon/daemon.h"

#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "daemon/boot_snapshot.h"
#include "daemon/log.h"
#include "daemon/open_source.h"

namespace portcullis {
namespace {

std::vector<std::string> unreadable(const std::vector<Problem>& problems) {
  std::set<std::string> files;
  for (const Problem& problem : problems) {
    if (problem.document == 0 && problem.defect.object.empty()) files.insert(problem.file.string());
  }
  return {files.begin(), files.end()};
}

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

// "3 network policies, 40 pods (2 on this node), 4 namespaces"
std::string described(const ClusterState& cluster, const std::string& node_name) {
  const auto here =
      std::count_if(cluster.pods().begin(), cluster.pods().end(),
                    [&](const auto& entry) { return entry.second->is_local_to(node_name); });
  return count(cluster.policies().size(), "network policy object") + ", " +
         count(cluster.pods().size(), "pod") + " (" + std::to_string(here) + " on this node), " +
         count(cluster.namespaces().size(), "namespace");
}

std::map<std::string, ObjectCount> count_objects(const ClusterState& cluster,
                                                 const std::vector<Problem>& problems) {
  std::set<std::string> rejected;  // "NetworkPolicy default/web"
  for (const auto& problem : problems) rejected.insert(problem.defect.object);
  const auto of = [&](const std::string& kind, std::size_t known) {
    return ObjectCount{
        known,
        static_cast<std::size_t>(std::ranges::count_if(
            rejected, [&](const std::string& object) { return object.starts_with(kind + " "); }))};
  };
  return {{"pods", of("Pod", cluster.pods().size())},
          {"namespaces", of("Namespace", cluster.namespaces().size())},
          {"networkpolicies", of("NetworkPolicy", cluster.policies().size())}};
}

// Pods come and go all the time; policies that come into force or go are news.
bool changes_rules(const Transaction& transaction) {
  return std::ranges::any_of(transaction.operations, [](const Operation& operation) {
    return std::holds_alternative<AddRule>(operation) ||
           std::holds_alternative<DeleteChain>(operation);
  });
}

void log_news(const ProblemLog::News& news) {
  for (const std::string& line : news.appeared) log_warning(line);
  for (const std::string& line : news.gone) log_info("no longer: " + line);
}

}  // namespace

//     API server           manifest directory
//            | list, watch     | inotify
//     ApiSource            DirectorySource
//            |                 |
//            '--- one of them -'
//            | Update: events, and the problems that stand -- ProblemLog -------> log
//            | once for all the updates that wait
//     IncrementalCompiler: ClusterState <-- AdminApi <--> AdminServer: explain,
//            |             lost addresses --------------.       matrix, dump, diff
//            | RulesetChange                            v
//     Reconciler    Attempt succeeded: enforced() ConntrackSweeper -------------> log
//            |      |  '---- committed() -----.          | on a thread of its own
//            |      | Attempt                 v        nl::Conntrack
//            |      |                     BootSnapshotWriter, on a thread of its own
//            |      |                         | the kernel's table -> file, for the next boot
//            |      Status --> HealthServer: /healthz, /readyz, /metrics
//            |           '---> systemd
//            | Transaction
//     nl::Kernel
Daemon::Daemon(boost::asio::io_context& io, const Options& options, nl::Kernel kernel,
               std::optional<nl::Conntrack> conntrack)
    : io_(io),
      options_(options),
      compiler_(options.node_name),
      reconciler_(
          io, std::move(kernel), ReconcilerTiming{}, [this] { return compiler_.ruleset(); },
          [this](const Attempt& attempt) { report(attempt); }),
      admin_api_(io, reconciler_, compiler_.cluster(), status_),
      watchdog_(io) {
  if (!conntrack) return;
  auto shared = std::make_shared<nl::Conntrack>(std::move(*conntrack));
  sweeper_.emplace(
      io, [shared](const std::vector<Address>& addresses) { return shared->forget(addresses); },
      SweeperTiming{}, [this](const Sweep& sweep) { report(sweep); });
}

Result<void> Daemon::start() {
  auto source = open_source(io_, options_, [this](Update update) { receive(std::move(update)); });
  if (!source) return tl::unexpected(source.error());
  source_ = std::move(*source);
  log_info("portcullis " PORTCULLIS_VERSION ": node " + options_.node_name + ", " +
           source_->name());
  auto admin = AdminServer::open(io_, options_.socket,
                                 [this](const std::string& target, AdminServer::Respond respond) {
                                   admin_api_.answer(target, std::move(respond));
                                 });
  if (!admin) return tl::unexpected(admin.error());
  admin_.emplace(std::move(*admin));
  if (const auto listening = reconciler_.listen(); !listening) return listening;
  if (const auto keeping = keep_for_boot(); !keeping) return keeping;
  if (options_.listen) {
    auto health = HealthServer::open(*options_.listen, io_, status_, [this] {
      return metrics_.text(status_, compiler_.size(),
                           reconciler_.counters().value_or(std::vector<nl::CounterValue>()));
    });
    if (!health) return tl::unexpected(health.error());
    health_.emplace(std::move(*health));
  }
  // Who waits for the start is not to wait for an API server.
  if (source_->is_remote()) tell_ready(headline(status_));
  return source_->start();
}

Result<void> Daemon::keep_for_boot() {
  if (options_.snapshot.empty()) return {};
  auto opened = nl::Kernel::open();
  if (!opened) return tl::unexpected(opened.error());
  auto kernel = std::make_shared<nl::Kernel>(std::move(*opened));
  const auto save = [kernel, file = options_.snapshot, node = options_.node_name] {
    return kernel->dump().and_then([&](const nl::Snapshot& snapshot) {
      return save_boot_snapshot(file, snapshot.ruleset, node);
    });
  };
  boot_snapshot_.emplace(save, BootSnapshotTiming{}, [this](const std::string& trouble) {
    trouble.empty() ? log_info("the ruleset is kept for the next boot again")
                    : log_error("cannot keep the ruleset for the next boot in " +
                                options_.snapshot + ", trying on: " + trouble);
    boost::asio::post(io_, [this, trouble] {
      Status status = status_;
      status.unsaved = trouble;
      publish(std::move(status));
    });
  });
  return {};
}

void Daemon::receive(Update update) {
  metrics_.count(update.events);
  note_followed(update.followed);
  if (!update.synced) {
    compiler_.apply(update.events);  // nothing is in force yet: what it changes does not matter
    return;
  }
  if (!told_) told_ = std::chrono::steady_clock::now();
  std::move(update.events.begin(), update.events.end(), std::back_inserter(events_));
  problems_ = std::move(update.problems);
  not_enforced_ = std::move(update.not_enforced);
  complete_ = update.complete;
  if (std::exchange(settling_, true)) return;
  boost::asio::post(io_, [this] { settle(); });
}

// A trouble is logged once when it begins, whatever is said of it while it lasts, and once when it
// is over.
void Daemon::note_followed(const std::vector<Following>& followed) {
  for (const Following& now : followed) {
    const auto before = std::ranges::find(status_.followed, now.what, &Following::what);
    const bool was_well = before == status_.followed.end() || before->trouble.empty();
    if (was_well && !now.trouble.empty()) {
      log_warning("cannot follow " + now.what + ", trying on: " + now.trouble);
    } else if (!was_well && now.trouble.empty()) {
      log_info("following " + now.what + " again");
    }
  }
  Status status = status_;
  status.followed = followed;
  publish(std::move(status));
}

void Daemon::settle() {
  settling_ = false;
  const bool first = !status_.source_read;
  auto compiled = compiler_.apply(std::exchange(events_, {}));
  if (sweeper_) sweeper_->lose(compiled.lost);
  auto lines = problem_lines(problems_, compiler_.conflicts());
  Status status = status_;
  status.source_read = true;
  status.held_back = must_hold_back();
  status.unreadable_files = unreadable(problems_);
  status.problems = lines.size();
  status.not_enforced = not_enforced_.size();
  status.objects = count_objects(compiler_.cluster(), problems_);
  lines.merge(problem_lines(not_enforced_, {}));
  log_news(problem_log_.update(std::move(lines)));
  publish(std::move(status));
  if (status_.held_back) return log_warning(headline(status_));
  if (first) malloc_trim(0);  // reading took much that is free now
  if (first) log_info("compiled " + described(compiler_.cluster(), options_.node_name));
  if (compiled.objects || reconciler_.state() == Reconciler::State::kWaiting) {
    reconciler_.want(std::move(compiled.change));
  } else if (reconciler_.state() == Reconciler::State::kHeld) {
    told_.reset();
  }
}

// After a restart a file that cannot be read may be what isolates some pods: to commit without it
// would open them. Where there are no rules yet, those that can be read are better than none.
bool Daemon::must_hold_back() {
  return !complete_ && !status_.committed && reconciler_.table_enforces();
}

void Daemon::report(const Attempt& attempt) {
  Status status = status_;
  if (!attempt.error) {
    measure(attempt);
    report_success(attempt);
    const bool news = !status.committed || !attempt.committed.empty();
    if (boot_snapshot_ && news) boot_snapshot_->committed();
    status.committed = true;
    status.commit_error.clear();
    if (sweeper_) sweeper_->enforced();
  } else {
    metrics_.failed();
    if (status.commit_error != attempt.error->message) {
      status.commit_error = attempt.error->message;
      log_error("cannot bring the kernel to the ruleset, trying on: " + status.commit_error);
    }
  }
  publish(std::move(status));
}

void Daemon::measure(const Attempt& attempt) {
  const auto told = std::exchange(told_, std::nullopt);
  if (attempt.mended) metrics_.mended(attempt.culprit);
  if (attempt.committed.empty()) return;
  metrics_.committed(attempt.took);
  if (told) metrics_.enforced(std::chrono::steady_clock::now() - *told);
}

void Daemon::report_success(const Attempt& attempt) {
  const std::string operations = count(attempt.committed.operations.size(), "operation");
  if (!status_.commit_error.empty()) log_info("the kernel takes the ruleset again");
  if (attempt.mended) {
    log_warning("the kernel's table was not as we left it: " + *attempt.mended + "; mended with " +
                operations);
  } else if (!attempt.committed.empty()) {
    // At the start it may be what somebody did while we were away.
    const bool news = !status_.committed || changes_rules(attempt.committed);
    news ? log_info("committed " + operations) : log_debug("committed " + operations);
  } else if (!status_.committed) {
    log_info("the kernel holds the ruleset already: nothing to commit");
  }
  if (!attempt.committed.empty()) log_debug(to_string(attempt.committed));
}

void Daemon::report(const Sweep& sweep) {
  const std::string whose = " of pods that lost their address";
  if (sweep.error) {
    if (std::exchange(sweep_error_, sweep.error->message) == sweep_error_) return;
    return log_error("cannot end the connections" + whose +
                     ", which may serve whoever has it next; trying on: " + sweep_error_);
  }
  if (!std::exchange(sweep_error_, {}).empty()) log_info("connections can be ended again");
  if (sweep.forgotten.kept > 0 && !std::exchange(said_kept_, true)) {
    log_warning("this kernel does not end connections" + whose +
                " while a flowtable offloads them: take pods out of it (nft list flowtables)");
  }
  const std::string done = "ended " + count(sweep.forgotten.deleted, "connection") + whose;
  sweep.forgotten.deleted > 0 ? log_info(done) : log_debug(done);
}

void Daemon::publish(Status status) {
  // Who waits for the start need not wait for a file to be mended: the rules of the last run hold.
  const auto started = [](const Status& each) { return each.ready() || each.held_back; };
  const bool first = started(status) && !started(status_);
  if (status == status_) return;
  status_ = std::move(status);
  first ? tell_ready(headline(status_)) : tell_status(headline(status_));
}

}  // namespace portcullis
