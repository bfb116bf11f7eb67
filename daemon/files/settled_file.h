#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "compiler/base/result.h"

namespace portcullis {

// Identifies one state of a file, as far as a file system can.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::chrono::nanoseconds modified{0};  // since the epoch
  std::chrono::nanoseconds changed{0};   // of the inode: permissions, names

  // False if the file changed just before `now`: a second change within the clock's granularity
  // would leave the same stamp.
  bool is_conclusive(std::chrono::nanoseconds now) const;

  // True if the file has been left alone for a moment before `now`, by its inode's change time,
  // which every write sets and nobody can choose. A clock that was set back says nothing.
  bool is_at_rest(std::chrono::nanoseconds now) const;

  bool operator==(const FileStamp&) const = default;
};

// Follows symbolic links. Nothing if it cannot be determined.
std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

// The whole file, if nobody is writing it. kInterrupted: a process has it open for writing, or it
// changed during the read; if the kernel cannot tell who has it open, it changed a moment ago. kIo:
// it cannot be read. kInvalidInput: it is larger than 256 MiB, or a pseudo-file (procfs, sysfs).
// The message does not name the path. A file that is not regular (a pipe) is read to its end.
[[nodiscard]] Result<std::string> read_settled(const std::filesystem::path& path);

}  // namespace portcullis
