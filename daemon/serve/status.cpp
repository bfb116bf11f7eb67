#include "daemon/serve/status.h"

#include <cmath>

#include "compiler/base/escape.h"

namespace portcullis {
namespace {

// Why the daemon is not ready although it enforces what it can.
std::string faults(const Status& status) {
  std::string text;
  const auto add = [&](const std::string& fault) {
    if (!fault.empty()) text += (text.empty() ? "" : "; ") + fault;
  };
  add(status.source_fault);
  add(status.node_name_fault);
  add(status.bridge_fault);
  add(status.bridge_table_fault);
  if (!status.never_read.empty()) {
    add("never read, so its content is not enforced: " + status.never_read.front() +
        (status.never_read.size() == 1
             ? ""
             : " and " + std::to_string(status.never_read.size() - 1) + " more"));
  }
  return text;
}

std::string hindrance(const Status& status) {
  if (status.held_back) {
    const std::string why = faults(status);
    return (why.empty() ? "a file cannot be read, and what it last said is unknown" : why) +
           ", so the rules of the last run stay as they are";
  }
  if (!status.source_read) {
    const std::string why = faults(status);
    return why.empty() ? "the objects are being read for the first time" : why;
  }
  if (!status.committed) return "the ruleset is not committed to the kernel yet";
  return faults(status);
}

}  // namespace

bool Status::ready() const { return committed && faults(*this).empty(); }

std::string headline(const Status& status) {
  const std::string why = hindrance(status);
  std::string text = why.empty() ? "ready" : "not ready: " + why;
  if (!status.commit_error.empty()) text += "; the last commit failed";
  if (status.problems > 0) text += "; problems in objects: " + std::to_string(status.problems);
  return escape(text);
}

double staleness(const Following& following) {
  if (following.trouble.empty()) return 0;
  const auto age = std::chrono::steady_clock::now() - following.since;
  return std::chrono::duration<double>(age).count();
}

std::vector<std::string> stale_lines(const Status& status) {
  std::vector<std::string> lines;
  for (const Following& following : status.followed) {
    if (following.trouble.empty()) continue;
    lines.push_back(escape("stale: " + following.what + ", for " +
                           std::to_string(std::lround(staleness(following))) +
                           " s: " + following.trouble));
  }
  return lines;
}

std::string describe(const Status& status) {
  std::string text;
  const auto add = [&](const std::string& line) { text += escape(line) + "\n"; };
  add(headline(status));
  if (!status.commit_error.empty()) add("last commit: " + status.commit_error);
  if (!status.ports_fault.empty()) add(status.ports_fault);
  if (!status.runtime.empty() && !status.runtime_connected) {
    add("pods are not isolated before they start: container runtime: " + status.runtime);
  }
  if (!status.unsaved.empty()) add("not saved for the next boot: " + status.unsaved);
  if (!status.unkept.empty()) add("manifests are not saved: " + status.unkept);
  for (const auto& [what, why] : status.unserved) {
    add(std::string("no ").append(what).append(": ").append(why));
  }
  for (const std::string& file : status.unreadable_files) add("unreadable: " + file);
  for (const std::string& line : stale_lines(status)) add(line);
  return text;
}

}  // namespace portcullis
