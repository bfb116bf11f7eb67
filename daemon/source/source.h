#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "compiler/event.h"
#include "compiler/result.h"
#include "daemon/source/manifests.h"

namespace portcullis {

// A part of a source that is followed, or cannot be at the moment: what it last said stays in
// force.
struct Following {
  std::string what;     // "pods"
  std::string trouble;  // why it cannot be: "403 Forbidden: ..."; empty: it is
  std::chrono::steady_clock::time_point since;  // of the trouble
  bool synced = true;                           // false until all of it was read once

  bool operator==(const Following&) const = default;
};

// What a source has to say at once: the events of one step (applied together or not at all), and
// all problems that stand after it, not only the new ones.
struct Update {
  std::vector<Event> events;
  std::vector<Problem> problems;
  std::vector<Following> followed{};
  std::vector<Problem> not_enforced{};  // policies that are not ours: all that there are
  bool synced = true;    // false until everything was read once: nothing is to be enforced yet
  bool complete = true;  // false while it is not known what a file last said
  std::vector<std::filesystem::path> never_read{};  // files that never said anything
  // Why what the source says now is not believed, so that what it said before stays in force: it is
  // suddenly empty. Empty: it is believed.
  std::string fault{};
};

// Where the objects come from. All calls and the sink run on one io_context's thread.
class Source {
 public:
  using Sink = std::function<void(Update)>;

  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Fails if what it reads cannot be there (with what to do); what may come later is waited for.
  [[nodiscard]] virtual Result<void> start() = 0;

  // True if it is reached over the network, so that the host's start must not wait for it.
  virtual bool is_remote() const { return false; }

  virtual std::string name() const = 0;  // "manifests in /etc/portcullis/manifests"
};

}  // namespace portcullis
