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

#include "daemon/files/last_contents.h"

namespace portcullis {

// The last valid content of each manifest file on disk: one private file (private_file.h) per
// manifest in a separate directory, named after the hash of the manifest's path. Written on its own
// thread; failed writes are retried every `pause`. The destructor writes the rest once.
//
//     "portcullis manifest 1" \n checksum \n path \n content
//                                           `-------------'
//                               content_hash() of this, to the end of the file
//
// A file "complete" beside them says that a run has saved every file that it read, so that a
// missing file was never read.
class ManifestArchive : public LastContents {
 public:
  using Sink = std::function<void(const std::string& trouble)>;

  // `sink` is called on the thread when writing begins to fail or fails for another reason, and
  // with "" when it succeeds again.
  ManifestArchive(std::filesystem::path directory, std::chrono::milliseconds pause, Sink sink);
  ~ManifestArchive() override;

  Result<std::optional<std::string>> load(const std::filesystem::path& file) override;
  void keep(const std::filesystem::path& file, std::string content) override;
  void keep_only(const std::vector<std::filesystem::path>& files) override;

 private:
  struct Work {
    std::map<std::filesystem::path, std::string> contents;  // to be written
    std::optional<std::set<std::string>> names;             // of all files to keep

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
  std::string trouble_;  // as reported; used by the thread only
  std::mutex mutex_;     // guards the following
  std::condition_variable_any changed_;
  Work todo_;
  std::jthread thread_;  // destroyed first: it uses the above
};

// The location of the archive beside a boot snapshot: "/var/lib/portcullis/ruleset.manifests".
std::filesystem::path archive_beside(const std::filesystem::path& snapshot);

}  // namespace portcullis
