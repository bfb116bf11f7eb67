#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/model/update.h"
#include "daemon/files/manifests.h"

namespace portcullis {

// A part of a source that is followed, or currently cannot be: its last content stays in force.
struct Following {
  std::string what;     // "pods"
  std::string trouble;  // why it cannot be: "403 Forbidden: ..."; empty: it is
  std::chrono::steady_clock::time_point since;  // of the trouble
  bool synced = true;                           // false until all of it was read once

  bool operator==(const Following&) const = default;
};

// What a source says at one time: what has changed (applied together or not at all), and all
// current problems, not only new ones.
struct Report {
  Update update;
  std::vector<Problem> problems;
  std::vector<Following> followed{};
  std::vector<Problem> not_enforced{};  // all policies of other engines
  bool synced = true;                   // false until everything was read once: do not enforce yet
  bool complete = true;                 // false while the last content of a file is unknown
  std::vector<std::filesystem::path> never_read{};  // files that never had content
  // Why the source's current content is not believed, so that its last content stays in force: it
  // is suddenly empty. Empty: it is believed.
  std::string fault{};
};

// The origin of the objects. All calls and the sink run on one io_context's thread.
class Source {
 public:
  using Sink = std::function<void(Report)>;

  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Fails if the source cannot exist (the message says what to do); waits for one that may appear.
  [[nodiscard]] virtual Result<void> start() = 0;

  // True if it is reached over the network, so that the host's start must not wait for it.
  virtual bool is_remote() const { return false; }

  virtual std::string name() const = 0;  // "manifests in /etc/portcullis/manifests"
};

}  // namespace portcullis
