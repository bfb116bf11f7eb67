#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/boot/table_saver.h"
#include "daemon/run/daemon.h"

// The daemon's secondary services: failures are logged and retried.
namespace portcullis {

void Daemon::serve() {
  const auto metrics = [this] {
    return metrics_.text(status_, compiler_.size(),
                         reconciler_.counters().value_or(std::vector<nl::CounterValue>()));
  };
  const auto answer = [this](const std::string& target, AdminServer::Respond respond) {
    admin_api_.answer(target, std::move(respond));
  };
  services_.emplace(io_, options_, Services::Content{answer, status_, metrics},
                    [this](const std::string& what, const std::string& trouble) {
                      trouble.empty() ? log_info("the " + what + " is served")
                                      : log_error("no " + what + ", retrying: " + trouble);
                      Status status = status_;
                      status.unserved.erase(what);
                      if (!trouble.empty()) status.unserved[what] = trouble;
                      publish(std::move(status));
                    });
}

void Daemon::keep_for_boot() {
  if (options_.snapshot.empty()) return;
  auto save = save_table_to(options_.snapshot, options_.node_name);
  boot_snapshot_.emplace(save, BootSnapshotTiming{}, [this](const std::string& trouble) {
    trouble.empty() ? log_info("the ruleset is saved for the next boot again")
                    : log_error("cannot save the ruleset for the next boot to " +
                                options_.snapshot + ", retrying: " + trouble);
    post_trouble(&Status::unsaved, trouble);
  });
}

std::shared_ptr<LastContents> Daemon::open_archive() {
  if (options_.snapshot.empty() || options_.manifests.empty()) return nullptr;
  constexpr std::chrono::seconds kPause{10};
  return std::make_shared<ManifestArchive>(
      archive_beside(options_.snapshot), kPause, [this](const std::string& trouble) {
        trouble.empty()
            ? log_info("manifests are saved for the next start again")
            : log_error("cannot save manifests for the next start, retrying: " + trouble);
        post_trouble(&Status::unkept, trouble);
      });
}

// From any thread.
void Daemon::post_trouble(std::string Status::*field, const std::string& trouble) {
  boost::asio::post(io_, [this, field, trouble] {
    Status status = status_;
    status.*field = trouble;
    publish(std::move(status));
  });
}

// It changes without notice.
void Daemon::look_at_host() {
  constexpr std::chrono::seconds kPause{5};
  auto faults = host_check_.look(compiler_.cluster());
  Status status = status_;
  status.node_name_fault = std::move(faults.node_name);
  status.bridge_fault = std::move(faults.bridge);
  const bool may_commit_now = status_.held_back && !must_hold_back(status);
  publish(std::move(status));
  if (may_commit_now) settle_soon();
  host_timer_.expires_after(kPause);
  host_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look_at_host();
  });
}

}  // namespace portcullis
