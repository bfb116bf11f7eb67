#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "daemon/source/last_contents.h"

namespace portcullis {

// The last good content of each manifest file on disk: a private file (private_file.h) for each in
// a directory of its own, named after the hash of the manifest's path. Written on a thread of its
// own; what cannot be written is tried again every `pause`. The destructor writes what is left,
// once.
//
//     "portcullis manifest 1" \n checksum \n path \n content
//                                           `-------------'
//                               content_hash() of this, to the end of the file
//
// Beside them "complete" says that a run has kept every file that it read, so that a file that is
// not there was never read.
class ManifestArchive : public LastContents {
 public:
  using Sink = std::function<void(const std::string& trouble)>;

  // `sink` is called on the thread when writing begins to fail, or to fail for another reason, and
  // with "" when it succeeds again.
  ManifestArchive(std::filesystem::path directory, std::chrono::milliseconds pause, Sink sink);
  ~ManifestArchive() override;

  Result<std::optional<std::string>> load(const std::filesystem::path& file) override;
  void keep(const std::filesystem::path& file, std::string content) override;
  void keep_only(const std::vector<std::filesystem::path>& files) override;

 private:
  struct Work {
    std::map<std::filesystem::path, std::string> contents;  // to be written
    std::optional<std::set<std::string>> names;             // of all files that are to stay

    bool empty() const { return contents.empty() && !names; }
  };

  std::filesystem::path place_of(const std::filesystem::path& file) const;
  void run(const std::stop_token& stop);
  Result<void> perform(Work& work) const;
  Result<void> remove_others(const std::set<std::string>& names) const;
  void give_back(Work work);
  void tell(const std::string& trouble);

  const std::filesystem::path directory_;
  const bool was_complete_;  // before this run wrote anything
  const std::chrono::milliseconds pause_;
  const Sink sink_;
  std::string trouble_;  // that was told; the thread's own
  std::mutex mutex_;     // of what follows
  std::condition_variable_any changed_;
  Work todo_;
  std::jthread thread_;  // ends first: it uses what is above
};

// Where the archive beside a boot snapshot is: "/var/lib/portcullis/ruleset.manifests".
std::filesystem::path archive_beside(const std::filesystem::path& snapshot);

}  // namespace portcullis
