#include <chrono>
#include <numeric>
#include <string>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/run/daemon.h"

// What the daemon tells about its commits and the connections that it ends.
namespace portcullis {
namespace {

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace

void Daemon::report(const Attempt& attempt) {
  Status status = status_;
  status.bridge_table_fault = attempt.bridge_fault;
  if (!attempt.error) {
    measure(attempt);
    report_success(attempt);
    const bool news = !status.committed || !attempt.committed.empty();
    if (boot_snapshot_ && news) boot_snapshot_->committed();
    status.committed = true;
    status.commit_error.clear();
    if (sweeper_) sweeper_->enforced();
    let_pods_start();
  } else {
    metrics_.failed();
    if (status.commit_error != attempt.error->message) {
      status.commit_error = attempt.error->message;
      log_error("cannot commit the ruleset, retrying: " + status.commit_error);
    }
  }
  publish(std::move(status));
}

void Daemon::measure(const Attempt& attempt) {
  const auto told = std::exchange(told_, std::nullopt);
  if (attempt.refused) metrics_.failed();
  if (attempt.mended) metrics_.mended(attempt.culprit);
  if (attempt.committed.empty()) return;
  metrics_.committed(attempt.took);
  if (told) metrics_.enforced(std::chrono::steady_clock::now() - *told);
}

void Daemon::report_success(const Attempt& attempt) {
  if (std::exchange(unverified_, attempt.unverified) != attempt.unverified) {
    attempt.unverified
        ? log_warning(
              "cannot verify the kernel's table: commits of others to nf_tables interrupt "
              "every dump of it; changes are committed, and verification resumes once they pause")
        : log_info("the kernel's table is verified again");
  }
  const auto size = [](std::size_t sum, const Delta& delta) {
    return sum + operations(delta).size();
  };
  const auto& batches = attempt.committed;
  const auto done =
      count(std::accumulate(batches.begin(), batches.end(), std::size_t{}, size), "operation");
  if (!status_.commit_error.empty()) log_info("the ruleset is committed again");
  if (attempt.refused) {
    log_warning("a commit failed: " + *attempt.refused +
                "; the kernel's table was then compared, and updated with " + done);
  }
  if (attempt.mended) {
    log_warning("the kernel's table was not as we left it: " + *attempt.mended +
                "; repaired with " + done);
  } else if (!status_.committed) {
    // A difference may be a foreign change made while the daemon was down.
    log_info(attempt.committed.empty()
                 ? "the policies are in force; the kernel's table is already up to date"
                 : "the policies are in force; the kernel's table has been updated");
  }
  for (const auto& line :
       policy_news_.take(compiler_.cluster(), options_.node_name, source_->name())) {
    log_info(line);
  }
  if (attempt.committed.empty() || !logs_debug()) return;
  log_debug("committed " + done);
  for (const auto& batch : attempt.committed) log_debug(to_string(batch));
}

void Daemon::report(const Sweep& sweep) {
  const std::string whose = " of pods that lost their address";
  if (sweep.error) {
    if (std::exchange(sweep_error_, sweep.error->message) == sweep_error_) return;
    return log_error("cannot end the connections" + whose +
                     ", which the next owner of the address may use; retrying: " + sweep_error_);
  }
  if (!std::exchange(sweep_error_, {}).empty())
    log_info("connections of pods that lost their address are ended again");
  if (sweep.forgotten.kept > 0 && !std::exchange(said_kept_, true)) {
    log_warning("this kernel does not end connections" + whose +
                " while a flowtable offloads them: take pods out of it (nft list flowtables)");
  }
  const std::string done = "ended " + count(sweep.forgotten.deleted, "connection") + whose;
  sweep.forgotten.deleted > 0 ? log_info(done) : log_debug(done);
}

}  // namespace portcullis
