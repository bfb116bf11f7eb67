#include "daemon/netlink/table/process_of_port.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace portcullis::nl {
namespace {

namespace fs = std::filesystem;

// A line of net/netlink in /proc, after the heading: "sk Eth Pid Groups Rmem Wmem Dump Locks Drops
// Inode", of which Eth is the protocol and Pid the port.
std::optional<std::string> inode_of(std::uint32_t port) {
  std::ifstream sockets("/proc/thread-self/net/netlink");
  std::string line;
  while (std::getline(sockets, line)) {
    std::istringstream fields(line);
    std::string socket;
    std::string skipped;
    std::string inode;
    int protocol = 0;
    std::uint32_t its_port = 0;
    if (!(fields >> socket >> protocol >> its_port)) continue;
    for (int i = 0; i < 6; ++i) fields >> skipped;
    if (fields >> inode && protocol == NETLINK_NETFILTER && its_port == port) return inode;
  }
  return std::nullopt;
}

bool has_open(const fs::path& process, const std::string& target) {
  std::error_code error;
  for (fs::directory_iterator file(process / "fd", error), end; !error && file != end;
       file.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(file->path(), unreadable) == target) return true;
  }
  return false;
}

std::string described(const fs::path& process) {
  std::ifstream file(process / "comm");
  std::string name;
  std::getline(file, name);
  return name + " (process " + process.filename().string() + ")";
}

}  // namespace

std::string process_of_port(std::uint32_t port) {
  const auto unknown = "netlink port " + std::to_string(port);
  const auto inode = inode_of(port);
  if (!inode) return unknown;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const auto name = process->path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) {
      continue;
    }
    if (has_open(process->path(), "socket:[" + *inode + "]")) return described(process->path());
  }
  return unknown;
}

}  // namespace portcullis::nl
