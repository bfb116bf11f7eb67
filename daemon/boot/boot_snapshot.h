#pragma once

#include <filesystem>
#include <string>

#include "compiler/base/result.h"
#include "compiler/ruleset/ruleset.h"

// The ruleset on disk, for the time between the boot of a node and the daemon's first commit: a
// private file (private_file.h) with the messages that make the table (decode_batch.h). Not to be
// confused with nl::Snapshot, the kernel's current state.
namespace portcullis {

// Replaces the file, unless it already holds this ruleset of this boot. kConflict: the ruleset
// enforces nothing, so it must not replace another. kInvalidInput: it has foreign statements.
[[nodiscard]] Result<void> save_boot_snapshot(const std::filesystem::path& file,
                                              const Ruleset& ruleset, const std::string& node_name);

struct SavedRuleset {
  Ruleset ruleset;
  // Saved in this boot and network namespace, so a table in force here may be newer. Also true if
  // unknown.
  bool of_this_boot = true;
};

// The ruleset saved for this node; it enforces. kNotFound: there is no file. Otherwise the file is
// rejected: not private, damaged, from another node or another version. The message names the file
// and says what to do. Only who may be this process can write a file that passes; libnftnl ends the
// process where such a file's attributes have sizes that nf_tables never gives them.
[[nodiscard]] Result<SavedRuleset> load_boot_snapshot(const std::filesystem::path& file,
                                                      const std::string& node_name);

}  // namespace portcullis
