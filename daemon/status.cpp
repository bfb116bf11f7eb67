#include "daemon/status.h"

#include <cmath>

namespace portcullis {

std::string headline(const Status& status) {
  std::string text = "ready";
  if (!status.source_read) {
    text = "not ready: what is to be enforced is being read for the first time";
  } else if (status.held_back) {
    text =
        "not ready: a file was never read, so the rules of the last run stay as they are until it "
        "is mended or removed";
  } else if (!status.committed) {
    text = "not ready: the ruleset is not committed to the kernel yet";
  }
  if (!status.commit_error.empty()) text += "; the last commit failed";
  if (status.problems > 0) text += "; problems in objects: " + std::to_string(status.problems);
  return text;
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
    lines.push_back("stale: " + following.what + ", for " +
                    std::to_string(std::lround(staleness(following))) + " s: " + following.trouble);
  }
  return lines;
}

std::string describe(const Status& status) {
  std::string text = headline(status) + "\n";
  if (!status.commit_error.empty()) text += "last commit: " + status.commit_error + "\n";
  if (!status.unsaved.empty()) text += "not kept for the next boot: " + status.unsaved + "\n";
  for (const std::string& file : status.unreadable_files) text += "unreadable: " + file + "\n";
  for (const std::string& line : stale_lines(status)) text += line + "\n";
  return text;
}

}  // namespace portcullis
