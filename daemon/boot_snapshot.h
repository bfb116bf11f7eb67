#pragma once

#include <filesystem>
#include <string>

#include "compiler/result.h"
#include "compiler/ruleset.h"

// The ruleset on disk, for the time between the boot of a node and the daemon's first commit: a
// private file (private_file.h), which holds the messages that make the table (decode_batch.h).
// Not to be confused with nl::Snapshot, which is what the kernel holds now.
namespace portcullis {

// Replaces the file, unless it holds just this, of this boot. kConflict: the ruleset enforces
// nothing, so it must not take another's place. kInvalidInput: it has statements that are not ours.
[[nodiscard]] Result<void> save_boot_snapshot(const std::filesystem::path& file,
                                              const Ruleset& ruleset, const std::string& node_name);

struct SavedRuleset {
  Ruleset ruleset;
  // It was saved in this boot, of this network namespace: a table that is in force here may be
  // newer. Also true if that cannot be told.
  bool of_this_boot = true;
};

// What was saved for this node; it enforces. kNotFound: there is no file. Else the file is refused:
// it is not private, damaged, of another node, or of another version of ours. The message names
// the file, and says what to do.
[[nodiscard]] Result<SavedRuleset> load_boot_snapshot(const std::filesystem::path& file,
                                                      const std::string& node_name);

}  // namespace portcullis
