#include "daemon/status.h"

namespace portcullis {

std::string headline(const Status& status) {
  std::string text = "ready";
  if (!status.source_read) {
    text = "not ready: the manifests are being read for the first time";
  } else if (status.held_back) {
    text =
        "not ready: a file was never read, so the rules of the last run stay as they are until it "
        "is mended or removed";
  } else if (!status.committed) {
    text = "not ready: the ruleset is not committed to the kernel yet";
  }
  if (!status.commit_error.empty()) text += "; the last commit failed";
  if (status.problems > 0) text += "; problems in manifests: " + std::to_string(status.problems);
  return text;
}

std::string describe(const Status& status) {
  std::string text = headline(status) + "\n";
  if (!status.commit_error.empty()) text += "last commit: " + status.commit_error + "\n";
  for (const std::string& file : status.unreadable_files) text += "unreadable: " + file + "\n";
  return text;
}

}  // namespace portcullis
