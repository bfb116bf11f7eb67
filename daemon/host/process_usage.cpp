#include "daemon/host/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace portcullis {
namespace {

using Seconds = std::chrono::duration<double>;

Seconds seconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// The second field of statm (proc_pid_statm(5)).
std::size_t resident_bytes() {
  std::size_t size = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t open_files() {
  std::error_code error;
  std::size_t count = 0;
  std::filesystem::directory_iterator file("/proc/self/fd", error);
  for (; !error && file != end(file); file.increment(error)) ++count;
  return count == 0 ? 0 : count - 1;  // without the one that reads them
}

const Seconds began = std::chrono::system_clock::now().time_since_epoch();

}  // namespace

ProcessUsage process_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), began, resident_bytes(), open_files()};
}

}  // namespace portcullis
